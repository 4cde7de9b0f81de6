// What compilers and processors spell differently; nothing else of the CPU kernels depends on which
// compiler it is. A test looks for such words elsewhere.
#ifndef NATIVERNN_CPU_COMPILER_H_
#define NATIVERNN_CPU_COMPILER_H_

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

namespace nrnn::cpu {

// After the parameters of a lambda that a loop calls: vectors that it captures stay in registers.
#if defined(_MSC_VER) && !defined(__clang__)
#define NRNN_INLINE_LAMBDA [[msvc::forceinline]]
#else
#define NRNN_INLINE_LAMBDA __attribute__((always_inline))
#endif

// Whether the kernels are compiled for x86-64.
#if defined(__x86_64__) || defined(_M_X64)
#define NRNN_X86 1
#else
#define NRNN_X86 0
#endif

// Asks for the cache line of an address that is read soon: into all levels, or from the second on.
inline void PrefetchLine(const void* address) {
#if defined(_MSC_VER) && !defined(__clang__)
#if NRNN_X86
  _mm_prefetch(static_cast<const char*>(address), _MM_HINT_T0);
#else
  __prefetch(address);
#endif
#else
  __builtin_prefetch(address);
#endif
}

inline void PrefetchLineToLevel2(const void* address) {
#if defined(_MSC_VER) && !defined(__clang__)
  PrefetchLine(address);
#else
  __builtin_prefetch(address, 0, 2);
#endif
}

// Tells the processor that the loop waits for another thread.
inline void PauseCpu() {
#if defined(_MSC_VER) && !defined(__clang__)
#if NRNN_X86
  _mm_pause();
#else
  __yield();
#endif
#elif NRNN_X86
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// The compiler no longer knows where a value in a vector register came from.
#if defined(_MSC_VER) && !defined(__clang__)
#define NRNN_HIDE_VECTOR(raw)
#else
#define NRNN_HIDE_VECTOR(raw) __asm__("" : "+v"(raw))
#endif

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_COMPILER_H_
