#include <exporter-run/collectors.hpp>
#include <exporter-run/live.hpp>

#include <chrono>
#include <utility>

namespace pitot::tools::exporter_run {

namespace {

double unix_time()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

class live::current_source final : public serve_source {
public:
    explicit current_source(live& from) noexcept : from_(from) {}

    result<void> write(const expo::write_options& options, const collect::scrape_context& context,
                       const collect::scrape_filter& filter, const serve_sink& sink) override
    {
        const std::shared_ptr<collect::scraper> held = from_.current();  // a reload meanwhile does not end it
        return detail::write_batch(held->run(context, filter), options, sink);
    }
    [[nodiscard]] std::vector<std::string> names() const override { return from_.current()->names(); }

private:
    live& from_;
};

live::live(config now, reader read, const log& out)
    : log_(out), read_(std::move(read)), config_(std::move(now)), scraper_(make()), loaded_at_(unix_time())
{}

std::unique_ptr<serve_source> live::source() { return std::make_unique<current_source>(*this); }

std::shared_ptr<collect::scraper> live::current() const
{
    const std::scoped_lock lock(mutex_);
    return scraper_;
}

std::shared_ptr<collect::scraper> live::make()
{
    return make_scraper(
        config_, {.own = [this](batch& out) { add_health(out); },
                  .on_change =
                      [this](std::string_view collector, const error* problem) {
                          if (problem != nullptr)
                              log_.warn("collector failed", {{"collector", collector}, {"error", problem->message}});
                          else
                              log_.info("collector works again", {{"collector", collector}});
                      }});
}

void live::add_health(batch& out) const
{
    const std::scoped_lock lock(mutex_);
    const double values[] = {successful_ ? 1.0 : 0.0, loaded_at_};
    for (std::size_t i = 0; i < std::size(values); ++i) {
        const collect::metric& m = config_metrics[i];
        out.add(out.family(m.name, m.type, m.help, m.unit), labels_id::none, values[i]);
    }
}

result<void> live::reload()
{
    const std::scoped_lock one(reloading_);
    result<config> read = read_();
    if (!read) {
        log_.error("configuration not reloaded, the old one stays", {{"error", read.error().message}});
        const std::scoped_lock lock(mutex_);
        successful_ = false;
        return unexpected(std::move(read.error()));
    }
    const bool restart = !same_serving(config_, *read);
    config kept = std::move(config_);
    config_ = std::move(*read);
    std::shared_ptr<collect::scraper> next;
    try {
        next = make();
    } catch (...) {
        config_ = std::move(kept);
        throw;
    }
    if (restart) {  // said at each reload until it is done
        config_.listen = std::move(kept.listen);
        config_.serve = std::move(kept.serve);
        log_.warn("what changed under listen and web takes a restart");
    }
    {
        const std::scoped_lock lock(mutex_);
        scraper_.swap(next);  // the old one goes after the lock, or with the scrape that still uses it
        successful_ = true;
        loaded_at_ = unix_time();
    }
    log_.info("configuration reloaded");
    return {};
}

}  // namespace pitot::tools::exporter_run
