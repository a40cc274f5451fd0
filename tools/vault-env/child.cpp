#include <vault-env/child.hpp>

#include <pitot/base/text.hpp>
#include <pitot/vault/template.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace pitot::tools::vault_env {

namespace {

constexpr std::string_view usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::size_t longest_string = 131'072;  // MAX_ARG_STRLEN of Linux, the NUL included

result<void> check(std::string_view value, std::string_view asked)
{
    if (value.find('\0') != std::string_view::npos)
        return unexpected(errc::protocol, concat(asked, ": the value holds a NUL byte, which only a file can hold"));
    return {};
}

/// What execve takes together: a quarter of the stack's limit, at least 128 KiB and at most 6 MiB.
/// source  Linux, fs/exec.c, bprm_stack_limits
std::size_t room_for_strings()
{
    rlimit stack{};
    std::size_t room = std::size_t{6} << 20U;
    if (::getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY)
        room = std::min<std::size_t>(room, stack.rlim_cur / 4);
    return std::max<std::size_t>(room, 131'072);
}

result<void> check_room(const child& what)
{
    std::size_t sum = 0;
    for (const auto* list : {&what.arguments, &what.environment})
        for (const std::string& entry : *list) {
            if (entry.size() + 1 > longest_string)
                return unexpected(errc::invalid_value,
                                  concat(list == &what.environment ? "the variable " : "an argument",
                                         list == &what.environment ? name_of(entry) : "", " has ",
                                         std::to_string(entry.size()), " bytes; Linux passes on ",
                                         std::to_string(longest_string - 1), "; --file has no such limit"));
            sum += entry.size() + 1 + sizeof(char*);
        }
    if (sum > room_for_strings())
        return unexpected(errc::invalid_value, concat("arguments and variables together have ", std::to_string(sum),
                                                      " bytes; Linux passes on ", std::to_string(room_for_strings()),
                                                      "; --file has no such limit"));
    return {};
}

class environment_maker {
public:
    explicit environment_maker(child& to) : to_(to) {}

    void set(const std::string& name, const std::string& value, const std::string& source)
    {
        std::erase_if(to_.environment, [&](std::string& entry) {
            if (name_of(entry) != name) return false;
            if (!is_ours(name)) to_.overwritten.push_back(name);
            vault::wipe(entry);
            return true;
        });
        to_.environment.push_back(concat(name, "=", value));
        if (!is_ours(name)) ours_.push_back(name);
        to_.set.push_back(concat(name, " from ", source));
    }
    void unset(const std::string& name)
    {
        std::erase_if(to_.environment, [&](const std::string& entry) { return name_of(entry) == name; });
    }

private:
    [[nodiscard]] bool is_ours(const std::string& name) const
    {
        return std::find(ours_.begin(), ours_.end(), name) != ours_.end();
    }
    child& to_;
    std::vector<std::string> ours_;
};

std::string sources_of(const vault::text_template& what)
{
    std::string out;
    for (const vault::piece& p : what)
        if (p.is_secret()) out += concat(out.empty() ? "" : " and ", vault::to_text(p.secret));
    return out.empty() ? "the command line" : out;
}

std::string variable_name(const plan& what, std::string_view key)
{
    std::string name = concat(what.prefix, key);
    if (what.upper)
        for (char& c : name) {
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
            if (c == '-' || c == '.') c = '_';
        }
    return name;
}

result<void> set_whole(const plan& what, const whole_secret& whole, vault::secrets& from, environment_maker& to,
                       child& out)
{
    const auto got = from.get(whole.from);
    if (!got && got.error().code == errc::not_found && whole.optional) {
        out.missing.push_back(vault::to_text(whole.from));
        return {};
    }
    if (!got) return unexpected(got.error());
    for (const vault::field& f : (*got)->fields) {
        vault::reference at = whole.from;
        at.key = f.name;
        if (f.name.empty() || f.name.find('=') != std::string::npos || f.name.find('\0') != std::string::npos)
            return unexpected(errc::invalid_value,
                              concat(vault::to_text(whole.from), ": a key of it cannot be a variable's name"));
        if (f.kind == json::kind::null) continue;  // a key without a value is none
        auto value = vault::value_of(**got, at, false, what.allow_empty);
        if (!value) return unexpected(std::move(value.error()));
        if (auto good = check(*value, vault::to_text(at)); !good) return good;
        to.set(variable_name(what, f.name), *value, vault::to_text(at));
        vault::wipe(*value);
    }
    return {};
}

}  // namespace

result<std::string> find_program(std::string_view command, std::string_view path)
{
    if (command.empty()) return unexpected(errc::not_found, "the command is empty");
    if (command.find('/') != std::string_view::npos) {
        if (::access(std::string(command).c_str(), F_OK) != 0)
            return unexpected(errc::not_found, concat("'", command, "': ", std::strerror(errno)));
        return std::string(command);
    }
    if (path.empty()) path = usual_path;
    bool forbidden = false;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find(':', at), path.size());
        const std::string folder(at == end ? std::string_view(".") : path.substr(at, end - at));
        std::string program = concat(folder, "/", command);
        struct stat about {};
        if (::stat(program.c_str(), &about) == 0 && S_ISREG(about.st_mode)) {
            if (::access(program.c_str(), X_OK) == 0) return program;
            forbidden = true;
        }
        at = end + 1;
    }
    if (forbidden) return unexpected(errc::permission, concat("'", command, "' is in PATH and may not be run"));
    return unexpected(errc::not_found, concat("'", command, "' is not in PATH (", path, ")"));
}

result<child> make_child(const plan& what, vault::secrets& from)
{
    child out;
    out.environment = what.inherited;
    environment_maker to(out);
    for (const whole_secret& whole : what.whole)
        if (auto done = set_whole(what, whole, from, to, out); !done) return unexpected(std::move(done.error()));
    for (const variable& v : what.variables) {
        auto value = vault::expand(v.value, from, what.allow_empty);
        if (!value && value.error().code == errc::not_found && (v.optional || v.otherwise)) {
            out.missing.push_back(v.name);
            if (v.otherwise) to.set(v.name, *v.otherwise, "--default");
            continue;
        }
        if (!value) return unexpected(value.error().code, concat(v.asked, ": ", value.error().message));
        if (auto good = check(*value, v.asked); !good) return unexpected(std::move(good.error()));
        to.set(v.name, *value, sources_of(v.value));
        vault::wipe(*value);
    }
    for (const argument& a : what.command) {
        auto value = vault::expand(a.value, from, what.allow_empty);
        if (!value) return unexpected(value.error().code, concat("an argument: ", value.error().message));
        if (auto good = check(*value, "an argument"); !good) return unexpected(std::move(good.error()));
        out.arguments.push_back(std::move(*value));
    }
    if (auto done = check_room(out); !done) return unexpected(std::move(done.error()));
    return out;
}

result<void> write_files(const plan& what, vault::secrets& from)
{
    std::vector<std::string> contents;
    for (const file_target& f : what.files) {
        auto content = vault::expand(f.content, from, what.allow_empty);
        if (!content) return unexpected(content.error().code, concat(f.asked, ": ", content.error().message));
        contents.push_back(std::move(*content));
    }
    const signals_blocked whole_files;
    for (std::size_t i = 0; i < what.files.size(); ++i) {
        const file_target& f = what.files[i];
        if (auto done = write_file(f.path, contents[i], f.mode, f.who); !done)
            return unexpected(done.error().code, concat(f.asked, ": ", done.error().message));
        vault::wipe(contents[i]);
    }
    return {};
}

status become(const child& what, const before& was, std::string& text)
{
    std::string_view path;
    for (const std::string& entry : what.environment)
        if (entry.substr(0, 5) == "PATH=") path = std::string_view(entry).substr(5);
    const auto found = find_program(what.arguments.front(), path);
    if (!found) {
        text = found.error().message;
        return found.error().code == errc::permission ? status::not_executable : status::not_found;
    }
    const std::string& program = *found;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    for (const std::string& a : what.arguments) arguments.push_back(const_cast<char*>(a.c_str()));
    for (const std::string& e : what.environment) environment.push_back(const_cast<char*>(e.c_str()));
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    restore(was);
    ::execve(program.c_str(), arguments.data(), environment.data());
    const int code = errno;
    text = concat("cannot run '", program, "': ", std::strerror(code));
    if (code == ENOENT && ::access(program.c_str(), F_OK) == 0)
        text = concat("cannot run '", program,
                      "': the file is there, its interpreter or loader is not (a dynamic "
                      "binary or a script in an image without libraries or shell)");
    if (code == ENOEXEC)
        text = concat("cannot run '", program, "': it is no program for this machine, or a script without #!");
    return code == ENOENT || code == ENOTDIR || code == ENOEXEC ? status::not_found : status::not_executable;
}

}  // namespace pitot::tools::vault_env
