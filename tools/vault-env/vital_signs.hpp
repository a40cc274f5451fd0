#pragma once
// What a supervising vault-env says about itself: /metrics for those who watch that rotation still works.

#include <pitot/base/result.hpp>
#include <pitot/metrics/registry.hpp>

#include <memory>
#include <string>

namespace pitot::tools::vault_env {

enum class outcome { ok, failed };

/// Counters and gauges that both threads of a supervisor write, and a scrape reads. No value and no path of a secret
/// is among the labels.
class vital_signs {
public:
    vital_signs();

    void read(outcome how);     ///< static secrets were asked for once more
    void changed();             ///< and one of them differed
    void renewed(outcome how);  ///< a lease
    void logged_in(outcome how);
    void token_lives(long seconds);  ///< from now; 0: it does not end
    void leases(std::size_t count);
    void started();  ///< the command
    void ended();

    /// Serves them until this object goes.
    /// error  invalid_value or io when ADDRESS cannot be had; unsupported in a build without libmicrohttpd
    [[nodiscard]] result<void> serve(const std::string& address);
    /// Where they are served, with the port that the system chose.
    [[nodiscard]] std::string address() const;

private:
    struct parts;
    struct drop {
        void operator()(parts* p) const noexcept;
    };
    std::unique_ptr<parts, drop> parts_;
};

}  // namespace pitot::tools::vault_env
