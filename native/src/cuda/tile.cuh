// The product of small matrices by one warp: C [16,8] += A [16,k] B [k,8], sums in float; a row of
// k elements is 32 bytes.
//
//   using Unit = Tile<Precision>;
//   typename Unit::C c;
//   Unit::Clear(c);
//   for (int k = 0; k < depth; k += Unit::kK) {
//     Unit::MultiplyAdd(c, Unit::LoadA(a + k, stride), Unit::LoadB(b + k, stride));
//   }
//   Unit::Store(shared, stride, c);
//
// The warp's lanes call every function together. A lies row by row, [m][k], and B as its transpose,
// [n][k], as the weights of y = x W' do, both in shared memory (written before a barrier, rounded
// by Precision::Put). Their stride counts elements from a row to the next; rows begin at multiples
// of 16 bytes. Loads have no bank conflicts where the stride is an odd multiple of 16 bytes: as
// many kK as are wanted, and kPadding. C's stride is even, and its rows begin at multiples of 8
// bytes; stores have no conflicts where the stride is 8 more than a multiple of 16.
//
// Lane l holds rows l / 4 and l / 4 + 8 of C, and of each the columns 2 (l % 4) and the next.
// Each() gives it them without a way through shared memory.
//
// bf16, fp16 and tf32 use tensor cores, where every lane holds 4 registers of A and 2 of B, nothing
// twice. Float32 multiplies and adds: 4 lanes hold the same of A, 8 the same of B, 16 registers
// each, so that B had better wait in shared memory. There a tile takes 8 loads of 16 bytes a lane
// for 32 multiply-adds; a warp that multiplies several tiles loads less.
#ifndef NATIVERNN_CUDA_TILE_CUH_
#define NATIVERNN_CUDA_TILE_CUH_

#include <type_traits>

#include "cuda/precision.cuh"

namespace nrnn::cuda {

// Whether a GPU of this capability (10 major + minor) has the tensor cores of a precision. Kernels
// for the others must not be launched: they stop.
constexpr bool HasTile(nrnn_precision precision, int capability) {
  return precision == NRNN_PRECISION_FLOAT32   ? true
         : precision == NRNN_PRECISION_FLOAT16 ? capability >= 75
                                               : capability >= 80;
}

struct alignas(8) Pair {
  float at[2];
};

// What all tiles share: who holds what of C.
struct TileSums {
  static constexpr int kM = 16, kN = 8;
  // Of a lane.
  static constexpr int kRows = 2, kColumns = 2;
  struct C {
    float sums[kRows][kColumns];
  };

  NRNN_DEVICE static int Row(int i) { return Lane() / 4 + 8 * i; }
  NRNN_DEVICE static int Column(int j) { return 2 * (Lane() % 4) + j; }

  NRNN_DEVICE static void Clear(C& c) {
    Each(c, [](int, int, float& sum) { sum = 0; });
  }
  // body(row, column, sum) for every element that the lane holds; sum: a reference.
  template <class Body>
  NRNN_DEVICE static void Each(C& c, Body&& body) {
    NRNN_UNROLL
    for (int i = 0; i < kRows; ++i) {
      NRNN_UNROLL
      for (int j = 0; j < kColumns; ++j) body(Row(i), Column(j), c.sums[i][j]);
    }
  }
  NRNN_DEVICE static void Store(float* shared, int stride, const C& c) {
    NRNN_UNROLL
    for (int i = 0; i < kRows; ++i) {
      *reinterpret_cast<Pair*>(shared + Row(i) * stride +
                               Column(0)) = {{c.sums[i][0], c.sums[i][1]}};
    }
  }
  NRNN_DEVICE static C LoadC(const float* shared, int stride) {
    C c;
    NRNN_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const auto& pair = *reinterpret_cast<const Pair*>(shared + Row(i) * stride + Column(0));
      c.sums[i][0] = pair.at[0];
      c.sums[i][1] = pair.at[1];
    }
    return c;
  }
};

// By multiply-adds: each lane loads its own rows of A and columns of B.
template <class Precision>
struct LaneTile : TileSums {
  using Element = typename Precision::Element;
  static constexpr int kK = 32 / int{sizeof(Element)};
  static constexpr int kPadding = 16 / int{sizeof(Element)};
  struct A {
    float values[kRows][kK];
  };
  struct B {
    float values[kColumns][kK];
  };

  NRNN_DEVICE static A LoadA(const Element* shared, int stride) {
    A a;
    NRNN_UNROLL
    for (int i = 0; i < kRows; ++i) LoadRow(shared + Row(i) * stride, a.values[i]);
    return a;
  }
  NRNN_DEVICE static B LoadB(const Element* shared, int stride) {
    B b;
    NRNN_UNROLL
    for (int j = 0; j < kColumns; ++j) LoadRow(shared + Column(j) * stride, b.values[j]);
    return b;
  }
  NRNN_DEVICE static void MultiplyAdd(C& c, const A& a, const B& b) {
    NRNN_UNROLL
    for (int k = 0; k < kK; ++k) {
      NRNN_UNROLL
      for (int i = 0; i < kRows; ++i) {
        NRNN_UNROLL
        for (int j = 0; j < kColumns; ++j) c.sums[i][j] += a.values[i][k] * b.values[j][k];
      }
    }
  }

 private:
  NRNN_DEVICE static void LoadRow(const Element* from, float* to) {
    if constexpr (std::is_same_v<Precision, Float32>) {
      NRNN_UNROLL
      for (int k = 0; k < kK; k += 4) {
        const float4 four = *reinterpret_cast<const float4*>(from + k);
        to[k] = four.x;
        to[k + 1] = four.y;
        to[k + 2] = four.z;
        to[k + 3] = four.w;
      }
    } else {
      for (int k = 0; k < kK; ++k) to[k] = ToFloat(from[k]);
    }
  }
};

#if defined(NRNN_EMULATED)

// Every lane computes its sums alone, from what it loaded when LoadA and LoadB ran.
template <class Precision>
using Tile = LaneTile<Precision>;

#else

// Matrices of 8 rows of 16 bytes; 8 lanes each give the addresses of one's rows. Of every matrix
// lane l receives the word l % 4 of row l / 4.
NRNN_DEVICE void LoadMatrices(const void* row, uint32_t (&words)[4]) {
#if __CUDA_ARCH__ >= 750
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
               : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row)))
               : "memory");
#else
  __trap();
#endif
}
NRNN_DEVICE void LoadMatrices(const void* row, uint32_t (&words)[2]) {
#if __CUDA_ARCH__ >= 750
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
               : "=r"(words[0]), "=r"(words[1])
               : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row)))
               : "memory");
#else
  __trap();
#endif
}

// A word holds two bf16 or fp16, or one tf32. low, high: a lane's sums of row l / 4, and of row
// l / 4 + 8.
#define NRNN_MULTIPLY_ADD(instruction, low, high, a, b)                              \
  asm(instruction " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};" \
      : "+f"((low)[0]), "+f"((low)[1]), "+f"((high)[0]), "+f"((high)[1])             \
      : "r"((a)[0]), "r"((a)[1]), "r"((a)[2]), "r"((a)[3]), "r"((b)[0]), "r"((b)[1]))

NRNN_DEVICE void TensorMultiplyAdd(BFloat16, float* low, float* high, const uint32_t* a,
                                   const uint32_t* b) {
#if __CUDA_ARCH__ >= 800
  NRNN_MULTIPLY_ADD("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", low, high, a, b);
#else
  __trap();
#endif
}
NRNN_DEVICE void TensorMultiplyAdd(TensorFloat32, float* low, float* high, const uint32_t* a,
                                   const uint32_t* b) {
#if __CUDA_ARCH__ >= 800
  NRNN_MULTIPLY_ADD("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", low, high, a, b);
#else
  __trap();
#endif
}
NRNN_DEVICE void TensorMultiplyAdd(Float16, float* low, float* high, const uint32_t* a,
                                   const uint32_t* b) {
#if __CUDA_ARCH__ >= 800
  NRNN_MULTIPLY_ADD("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", low, high, a, b);
#elif __CUDA_ARCH__ >= 750
  // Half as deep: the first 8 of k, then the others.
  for (int half = 0; half < 2; ++half) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, "
        "{%0, %1, %2, %3};"
        : "+f"(low[0]), "+f"(low[1]), "+f"(high[0]), "+f"(high[1])
        : "r"(a[2 * half]), "r"(a[2 * half + 1]), "r"(b[half]));
  }
#else
  __trap();
#endif
}

#undef NRNN_MULTIPLY_ADD

// By tensor cores.
template <class Precision>
struct TensorTile : TileSums {
  using Element = typename Precision::Element;
  static constexpr int kK = 32 / int{sizeof(Element)};
  static constexpr int kPadding = 16 / int{sizeof(Element)};
  struct A {
    uint32_t words[4];
  };
  struct B {
    uint32_t words[2];
  };

  NRNN_DEVICE static A LoadA(const Element* shared, int stride) {
    A a;
    LoadMatrices(shared + Lane() % 16 * stride + Lane() / 16 * (kK / 2), a.words);
    return a;
  }
  NRNN_DEVICE static B LoadB(const Element* shared, int stride) {
    B b;
    LoadMatrices(shared + Lane() % 8 * stride + Lane() / 8 % 2 * (kK / 2), b.words);
    return b;
  }
  NRNN_DEVICE static void MultiplyAdd(C& c, const A& a, const B& b) {
    TensorMultiplyAdd(Precision(), c.sums[0], c.sums[1], a.words, b.words);
  }
};

template <class Precision>
using Tile = std::conditional_t<std::is_same_v<Precision, Float32>, LaneTile<Float32>,
                                TensorTile<Precision> >;

#endif  // NRNN_EMULATED

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_TILE_CUH_
