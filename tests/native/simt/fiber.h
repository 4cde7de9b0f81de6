// A stack of its own to run a function on that can stop in the middle: one for each thread of an
// emulated GPU. Linux on x86-64 and arm64.
#ifndef NATIVERNN_TESTS_SIMT_FIBER_H_
#define NATIVERNN_TESTS_SIMT_FIBER_H_

#include <cstddef>
#include <exception>
#include <functional>

namespace nrnn::simt {

class Fiber {
 public:
  Fiber() = default;
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The next Resume starts work, which must outlive the fiber's run.
  void Start(const std::function<void()>& work);
  // Runs until work ends or calls Pause.
  void Resume();
  // Within work: back to who called Resume.
  static void Pause();
  // Ends a paused run: Pause throws, so that what lies on the stack is destroyed.
  void Cancel() noexcept;

  bool done() const { return done_; }
  // What work threw, or null.
  std::exception_ptr error() const { return error_; }

 private:
  struct Cancelled {};
  static void Main() noexcept;
  void RunWork() noexcept;
  void SwitchIn();
  static void SwitchOut(bool for_good);
  void ReleaseStack() noexcept;

  const std::function<void()>* work_ = nullptr;
  void* stack_ = nullptr;
  void* sp_ = nullptr;         // where the fiber stopped
  void* caller_sp_ = nullptr;  // where Resume stopped
  // What AddressSanitizer keeps of each stack.
  [[maybe_unused]] void* fake_stack_ = nullptr;
  [[maybe_unused]] void* caller_fake_stack_ = nullptr;
  [[maybe_unused]] const void* caller_bottom_ = nullptr;
  [[maybe_unused]] size_t caller_bytes_ = 0;
  Fiber* outer_ = nullptr;
  bool done_ = true;
  bool cancelled_ = false;
  std::exception_ptr error_;
};

}  // namespace nrnn::simt

#endif  // NATIVERNN_TESTS_SIMT_FIBER_H_
