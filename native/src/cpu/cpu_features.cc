#include "cpu/cpu_features.h"

#include <cstdint>
#include <initializer_list>

#include "cpu/compiler.h"

#if NRNN_X86

#if defined(_MSC_VER) && !defined(__clang__)
#include <immintrin.h>
#else
#include <cpuid.h>
#endif

namespace nrnn::cpu {
namespace {

struct Registers {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

// All zero where the processor has no such leaf.
Registers Cpuid(uint32_t leaf) {
  Registers r;
#if defined(_MSC_VER) && !defined(__clang__)
  int text[4];
  __cpuid(text, static_cast<int>(leaf & 0x80000000u));
  if (static_cast<uint32_t>(text[0]) < leaf) return r;
  __cpuidex(text, static_cast<int>(leaf), 0);
  r = {static_cast<uint32_t>(text[0]), static_cast<uint32_t>(text[1]),
       static_cast<uint32_t>(text[2]), static_cast<uint32_t>(text[3])};
#else
  if (__get_cpuid_count(leaf, 0, &r.eax, &r.ebx, &r.ecx, &r.edx) == 0) return {};
#endif
  return r;
}

// Which registers the system saves when it switches between threads (XCR0); only where it says that
// it does (OSXSAVE).
uint32_t SavedRegisters() {
#if defined(_MSC_VER) && !defined(__clang__)
  return static_cast<uint32_t>(_xgetbv(0));
#else
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
#endif
}

constexpr uint32_t Bits(std::initializer_list<int> bits) {
  uint32_t sum = 0;
  for (const int bit : bits) sum |= uint32_t{1} << bit;
  return sum;
}

constexpr bool All(uint32_t has, uint32_t wanted) { return (has & wanted) == wanted; }

// Bits of the Intel 64 and AMD64 manuals: leaf 1 ecx.
constexpr uint32_t kLevel2Ecx = Bits({0 /* SSE3 */, 9 /* SSSE3 */, 13 /* CX16 */, 19 /* SSE4.1 */,
                                      20 /* SSE4.2 */, 23 /* POPCNT */});
constexpr uint32_t kLevel3Ecx =
    Bits({12 /* FMA */, 22 /* MOVBE */, 27 /* OSXSAVE */, 28 /* AVX */, 29 /* F16C */});
// Leaf 7 ebx.
constexpr uint32_t kLevel3Ebx = Bits({3 /* BMI1 */, 5 /* AVX2 */, 8 /* BMI2 */});
constexpr uint32_t kLevel4Ebx =
    Bits({16 /* AVX512F */, 17 /* DQ */, 28 /* CD */, 30 /* BW */, 31 /* VL */});
// Leaf 0x80000001 ecx.
constexpr uint32_t kLevel3Extended = Bits({5 /* LZCNT */});
// XCR0.
constexpr uint32_t kAvxState = Bits({1 /* xmm */, 2 /* upper ymm */});
constexpr uint32_t kAvx512State = Bits({5 /* masks */, 6 /* upper zmm */, 7 /* zmm16.. */});

}  // namespace

bool HasLevel2() { return All(Cpuid(1).ecx, kLevel2Ecx); }

bool HasLevel3() {
  return HasLevel2() && All(Cpuid(1).ecx, kLevel3Ecx) && All(Cpuid(7).ebx, kLevel3Ebx) &&
         All(Cpuid(0x80000001u).ecx, kLevel3Extended) && All(SavedRegisters(), kAvxState);
}

bool HasLevel4() {
  return HasLevel3() && All(Cpuid(7).ebx, kLevel4Ebx) && All(SavedRegisters(), kAvx512State);
}

}  // namespace nrnn::cpu

#endif
