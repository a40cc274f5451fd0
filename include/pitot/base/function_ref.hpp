#pragma once
// A function as a parameter where a template would compile its caller anew for each lambda.

#include <memory>  // std::addressof
#include <type_traits>
#include <utility>

namespace pitot {

template <class Signature>
class function_ref;

/// Calls the lambda it was made of; owns nothing, so that the lambda has to live as long. As a parameter it does.
/// Not for what runs once a sample: a call through a pointer is not inlined.
template <class R, class... Arguments>
class function_ref<R(Arguments...)> {
public:
    template <class F>
        requires(std::is_invocable_r_v<R, F&, Arguments...> && !std::is_same_v<std::remove_cvref_t<F>, function_ref>)
    function_ref(F&& f) noexcept  // NOLINT: a parameter takes a lambda as it is
        : what_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
          call_([](void* what, Arguments... arguments) -> R {
              return (*static_cast<std::remove_reference_t<F>*>(what))(std::forward<Arguments>(arguments)...);
          })
    {}

    R operator()(Arguments... arguments) const { return call_(what_, std::forward<Arguments>(arguments)...); }

private:
    void* what_;
    R (*call_)(void*, Arguments...);
};

}  // namespace pitot
