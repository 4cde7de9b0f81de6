#include "simt/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <mutex>
#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define NRNN_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NRNN_ADDRESS_SANITIZER
#endif
#endif

#if defined(NRNN_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// nrnn_simt_switch(void** save, void* load): keeps the registers that a call must keep on this
// stack and its pointer in *save, and goes on where the stack load stopped. ucontext would ask the
// system for the signal mask at every switch.
#if defined(__x86_64__)
asm(R"(
  .text
  .globl nrnn_simt_switch
  .hidden nrnn_simt_switch
  .type nrnn_simt_switch, @function
nrnn_simt_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
  .size nrnn_simt_switch, .-nrnn_simt_switch
)");
#elif defined(__aarch64__)
asm(R"(
  .text
  .globl nrnn_simt_switch
  .hidden nrnn_simt_switch
  .type nrnn_simt_switch, %function
nrnn_simt_switch:
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  ret
  .size nrnn_simt_switch, .-nrnn_simt_switch
)");
#else
#error "the emulator's stack switch is written for x86-64 and arm64"
#endif

extern "C" void nrnn_simt_switch(void** save, void* load);

namespace nrnn::simt {
namespace {

// Sanitizers make frames larger, and reports are printed from the stack where they arise. Pages
// that are never touched cost nothing.
#if defined(NRNN_ADDRESS_SANITIZER)
constexpr size_t kStackBytes = 512 << 10;
#else
constexpr size_t kStackBytes = 128 << 10;
#endif
constexpr size_t kGuardBytes = 64 << 10;  // below each stack, not accessible; a page on any system

thread_local Fiber* running = nullptr;

// Stacks that no fiber uses. They are kept: mapping one takes longer than a small launch.
class Stacks {
 public:
  void* Take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (free_.empty()) return Map();
    void* stack = free_.back();
    free_.pop_back();
    return stack;
  }
  void Give(void* stack) {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(stack);
  }

 private:
  static void* Map() {
    void* all = mmap(nullptr, kGuardBytes + kStackBytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    if (mprotect(all, kGuardBytes, PROT_NONE) != 0) throw std::bad_alloc();
    return static_cast<char*>(all) + kGuardBytes;
  }
  std::mutex mutex_;
  std::vector<void*> free_;
};

Stacks& AllStacks() {
  static Stacks* stacks = new Stacks;  // never destroyed: fibers of other threads may outlive main
  return *stacks;
}

// A stack that goes on in main as if it had been called by nobody.
void* FirstFrame(void* stack, void (*main)()) {
  auto* top = reinterpret_cast<uintptr_t*>(static_cast<char*>(stack) + kStackBytes);
#if defined(__x86_64__)
  uintptr_t* sp = top - 8;  // six registers, main's address, the address that main returns to
  for (int k = 0; k < 8; ++k) sp[k] = 0;
  sp[6] = reinterpret_cast<uintptr_t>(main);
#else
  uintptr_t* sp = top - 20;
  for (int k = 0; k < 20; ++k) sp[k] = 0;
  sp[11] = reinterpret_cast<uintptr_t>(main);
#endif
  return sp;
}

}  // namespace

Fiber::~Fiber() {
  if (!done_) Cancel();
  ReleaseStack();
}

void Fiber::ReleaseStack() noexcept {
  if (stack_ != nullptr) AllStacks().Give(stack_);
  stack_ = nullptr;
}

void Fiber::Start(const std::function<void()>& work) {
  work_ = &work;
  done_ = cancelled_ = false;
  error_ = nullptr;
  sp_ = nullptr;
}

void Fiber::Resume() {
  if (sp_ == nullptr) {
    stack_ = AllStacks().Take();
    sp_ = FirstFrame(stack_, reinterpret_cast<void (*)()>(&Fiber::Main));
    fake_stack_ = nullptr;
  }
  SwitchIn();
  if (done_) ReleaseStack();
}

void Fiber::Pause() {
  SwitchOut(false);
  if (running->cancelled_) throw Cancelled();
}

void Fiber::Cancel() noexcept {
  cancelled_ = true;
  if (sp_ == nullptr) {
    done_ = true;
  } else {
    Resume();
  }
}

void Fiber::SwitchIn() {
  outer_ = running;
  running = this;
#if defined(NRNN_ADDRESS_SANITIZER)
  __sanitizer_start_switch_fiber(&caller_fake_stack_, stack_, kStackBytes);
#endif
  nrnn_simt_switch(&caller_sp_, sp_);
#if defined(NRNN_ADDRESS_SANITIZER)
  __sanitizer_finish_switch_fiber(caller_fake_stack_, nullptr, nullptr);
#endif
  running = outer_;
}

void Fiber::SwitchOut(bool for_good) {
  Fiber* self = running;
#if defined(NRNN_ADDRESS_SANITIZER)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &self->fake_stack_, self->caller_bottom_,
                                 self->caller_bytes_);
#else
  static_cast<void>(for_good);
#endif
  nrnn_simt_switch(&self->sp_, self->caller_sp_);
#if defined(NRNN_ADDRESS_SANITIZER)
  __sanitizer_finish_switch_fiber(self->fake_stack_, &self->caller_bottom_, &self->caller_bytes_);
#endif
}

void Fiber::RunWork() noexcept {
  try {
    (*work_)();
  } catch (const Cancelled&) {
    // what was to be destroyed is
  } catch (...) {
    error_ = std::current_exception();
  }
}

// noexcept: nothing lies beyond this frame.
void Fiber::Main() noexcept {
  Fiber* self = running;
#if defined(NRNN_ADDRESS_SANITIZER)
  __sanitizer_finish_switch_fiber(nullptr, &self->caller_bottom_, &self->caller_bytes_);
#endif
  self->RunWork();
  self->done_ = true;
  SwitchOut(true);
}

}  // namespace nrnn::simt
