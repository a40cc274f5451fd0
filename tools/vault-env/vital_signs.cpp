#include <vault-env/vital_signs.hpp>

#include <pitot/base/version.hpp>
#include <pitot/pitot.hpp>
#ifdef PITOT_WITH_MICROHTTPD
#include <pitot/connect/serve.hpp>
#endif

#include <chrono>
#include <limits>
#include <optional>

namespace pitot::tools::vault_env {

namespace {

double unix_time()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

struct vital_signs::parts {
    using outcomes = label<"outcome", outcome>;

    registry all;
    counter_family<outcomes>& reads = all.counter<"vault_env_reads_total", outcomes>(
        "Times that secrets without a lease were read again.");
    counter_family<>& changes = all.counter<"vault_env_changes_total">(
        "Times that a secret had another value than before.");
    counter_family<outcomes>& renewals = all.counter<"vault_env_lease_renewals_total", outcomes>("Leases prolonged.");
    counter_family<outcomes>& logins = all.counter<"vault_env_logins_total", outcomes>(
        "Logins, the one before the command's first start not among them, and tokens prolonged.");
    gauge_family<>& last_read = all.gauge<"vault_env_last_read_timestamp_seconds">(
        "When secrets were read last without an error, in Unix time.");
    gauge_family<>& token_end = all.gauge<"vault_env_token_expiry_timestamp_seconds">(
        "When the token ends unless it is prolonged, in Unix time; +Inf: never.");
    gauge_family<>& leases = all.gauge<"vault_env_leases">("Leases that are kept alive.");
    counter_family<>& starts = all.counter<"vault_env_command_starts_total">(
        "Starts of the command, the first included.");
    gauge_family<>& up = all.gauge<"vault_env_command_up">("1 while the command runs.");
    gauge_family<>& start_time = all.gauge<"vault_env_command_start_time_seconds">(
        "When the command was started last, in Unix time.");
#ifdef PITOT_WITH_MICROHTTPD
    std::optional<server> running;
#endif

    parts()
    {
        all.info<"vault_env_build_info", label<"version">>("What runs.").replace(pitot::version);
        for (const outcome how : {outcome::ok, outcome::failed}) {  // 0 is a value: rates begin with it
            reads.with(how).inc(0);
            renewals.with(how).inc(0);
            logins.with(how).inc(0);
        }
        last_read.set(unix_time());
    }
};

void vital_signs::drop::operator()(parts* p) const noexcept { delete p; }

vital_signs::vital_signs() : parts_(new parts) {}

void vital_signs::read(outcome how)
{
    parts_->reads.with(how).inc();
    if (how == outcome::ok) parts_->last_read.set(unix_time());
}
void vital_signs::changed() { parts_->changes.inc(); }
void vital_signs::renewed(outcome how) { parts_->renewals.with(how).inc(); }
void vital_signs::logged_in(outcome how) { parts_->logins.with(how).inc(); }
void vital_signs::token_lives(long seconds)
{
    parts_->token_end.set(seconds > 0 ? unix_time() + static_cast<double>(seconds)
                                      : std::numeric_limits<double>::infinity());
}
void vital_signs::leases(std::size_t count) { parts_->leases.set(static_cast<double>(count)); }
void vital_signs::started()
{
    parts_->starts.inc();
    parts_->up.set(1);
    parts_->start_time.set(unix_time());
}
void vital_signs::ended() { parts_->up.set(0); }

#ifdef PITOT_WITH_MICROHTTPD
result<void> vital_signs::serve(const std::string& address)
{
    auto running = pitot::serve(
        parts_->all, address,
        {.title = "vault-env", .about = "Keeps a program's secrets fresh.", .max_connections = 16});
    if (!running) return unexpected(std::move(running.error()));
    parts_->running.emplace(std::move(*running));
    return {};
}
std::string vital_signs::address() const { return parts_->running ? parts_->running->addresses().front() : ""; }
#else
std::string vital_signs::address() const { return ""; }
result<void> vital_signs::serve(const std::string&)
{
    return unexpected(errc::unsupported, "this build of vault-env has no metrics: libmicrohttpd was missing");
}
#endif

}  // namespace pitot::tools::vault_env
