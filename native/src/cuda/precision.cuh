// Numbers of matrix products: what their operands are rounded to. Sums, states and everything
// pointwise are float in all.
#ifndef NATIVERNN_CUDA_PRECISION_CUH_
#define NATIVERNN_CUDA_PRECISION_CUH_

#include "cuda/simt.cuh"
#include "nativernn/nativernn.h"

#if !defined(NRNN_EMULATED)
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#endif

namespace nrnn::cuda {

#if !defined(NRNN_EMULATED)
using Half = __half;
using Bfloat = __nv_bfloat16;
NRNN_DEVICE float ToFloat(Half value) { return __half2float(value); }
NRNN_DEVICE float ToFloat(Bfloat value) { return __bfloat162float(value); }
NRNN_DEVICE void Round(float value, Half* out) { *out = __float2half_rn(value); }
NRNN_DEVICE void Round(float value, Bfloat* out) { *out = __float2bfloat16_rn(value); }
// To TensorFloat-32: 10 bits of mantissa, to the nearest.
NRNN_DEVICE float RoundToTf32(float value) {
#if __CUDA_ARCH__ >= 800
  uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return __uint_as_float(bits);
#else
  return value;
#endif
}
#endif

NRNN_DEVICE float ToFloat(float value) { return value; }

// Tags. Element: how an operand lies in memory. Put: rounds a float into one.
struct Float32 {
  using Element = float;
  NRNN_DEVICE static Element Put(float value) { return value; }
};
struct TensorFloat32 {
  using Element = float;
  NRNN_DEVICE static Element Put(float value) { return RoundToTf32(value); }
};
struct BFloat16 {
  using Element = Bfloat;
  NRNN_DEVICE static Element Put(float value) {
    Bfloat rounded;
    Round(value, &rounded);
    return rounded;
  }
};
struct Float16 {
  using Element = Half;
  NRNN_DEVICE static Element Put(float value) {
    Half rounded;
    Round(value, &rounded);
    return rounded;
  }
};

// Calls body(tag) with the tag of precision.
template <class Body>
void WithPrecision(nrnn_precision precision, Body&& body) {
  switch (precision) {
    case NRNN_PRECISION_TF32:
      return body(TensorFloat32());
    case NRNN_PRECISION_BFLOAT16:
      return body(BFloat16());
    case NRNN_PRECISION_FLOAT16:
      return body(Float16());
    case NRNN_PRECISION_FLOAT32:
      return body(Float32());
  }
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_PRECISION_CUH_
