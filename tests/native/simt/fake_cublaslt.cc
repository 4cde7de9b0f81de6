// A cuBLASLt that computes on the emulator's memory, in double, and refuses what the real one would
// or what the calls must not ask: so the arguments of blas.cc are tested for real. Declared here
// from NVIDIA's documentation, apart from the declarations of blas.cc. It computes when it is
// called: the emulator's queue must do its work at once (NATIVERNN_EMULATED_QUEUE=now).
//
// Environment variable NATIVERNN_FAKE_CUBLASLT: "none" finds no algorithm, "fails" fails to
// multiply.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr int kSuccess = 0, kInvalidValue = 7, kInternalError = 14, kNotSupported = 15;
constexpr int kFloat32 = 0, kFloat16 = 2, kBfloat16 = 14;
constexpr int kCompute32F = 68, kCompute32FFastTf32 = 77;
constexpr int kHandle = 0x5eed;
constexpr size_t kWorkspace = 4096;

struct Description {
  int compute, scale;
  int32_t transpose_a, transpose_b;
  uint32_t epilogue;
  const void* bias;
};
struct Layout {
  int type;
  uint64_t rows, columns;
  int64_t leading;
  int32_t batch;
  int64_t stride;
};
struct Preference {
  uint64_t workspace;
  uint32_t reductions;
  uint32_t alignment[4];
};
struct Algorithm {
  uint64_t magic, alignment[4], unused[3];
};
struct Heuristic {
  Algorithm algorithm;
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};
static_assert(sizeof(Algorithm) == 64 && sizeof(Heuristic) == 96, "as cublasLt.h has them");

int64_t products = 0, objects = 0;

bool Mode(const char* mode) {
  const char* value = std::getenv("NATIVERNN_FAKE_CUBLASLT");
  return value != nullptr && std::string(value) == mode;
}

template <class Value>
int Take(const void* from, size_t bytes, Value* to) {
  if (bytes != sizeof(Value)) return kInvalidValue;
  std::memcpy(to, from, sizeof(Value));
  return kSuccess;
}

double HalfValue(uint16_t bits) {
  const int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  const double size = exponent == 0    ? std::ldexp(mantissa, -24)
                      : exponent == 31 ? (mantissa != 0 ? NAN : INFINITY)
                                       : std::ldexp(1024 + mantissa, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

double BfloatValue(uint16_t bits) {
  const uint32_t wide = uint32_t{bits} << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

double At(const Layout& layout, const void* data, int64_t index) {
  if (layout.type == kFloat32) return static_cast<const float*>(data)[index];
  const uint16_t bits = static_cast<const uint16_t*>(data)[index];
  return layout.type == kFloat16 ? HalfValue(bits) : BfloatValue(bits);
}

// Element (row, column) of op(matrix), column-major.
double Element(const Layout& layout, const void* data, bool transpose, uint64_t row,
               uint64_t column) {
  const uint64_t r = transpose ? column : row, c = transpose ? row : column;
  return At(layout, data, static_cast<int64_t>(r) + static_cast<int64_t>(c) * layout.leading);
}

uint64_t Rows(const Layout& layout, bool transpose) {
  return transpose ? layout.columns : layout.rows;
}

// Whether sizes, types and batches fit together.
bool Fit(const Description& d, const Layout& a, const Layout& b, const Layout& c) {
  const bool ta = d.transpose_a == 1, tb = d.transpose_b == 1;
  if (d.compute != kCompute32F && d.compute != kCompute32FFastTf32) return false;
  if (d.scale != kFloat32 || c.type != kFloat32 || a.type != b.type) return false;
  if (a.type != kFloat32 && (d.compute != kCompute32F || a.leading % 8 != 0 || b.leading % 8 != 0))
    return false;
  for (const Layout* layout : {&a, &b, &c}) {
    if (layout->leading < static_cast<int64_t>(layout->rows)) return false;
    if (layout->batch != c.batch || layout->batch < 1) return false;
  }
  if (d.epilogue != 1 && (d.epilogue != 4 || d.bias == nullptr)) return false;
  return Rows(a, ta) == c.rows && Rows(b, !tb) == c.columns && Rows(a, !ta) == Rows(b, tb);
}

void Multiply(const Description& d, const Layout& la, const void* a, const Layout& lb,
              const void* b, const Layout& lc, float* c, float beta) {
  const bool ta = d.transpose_a == 1, tb = d.transpose_b == 1;
  const uint64_t depth = Rows(la, !ta);
  for (uint64_t column = 0; column < lc.columns; ++column) {
    for (uint64_t row = 0; row < lc.rows; ++row) {
      double sum = d.epilogue == 4 ? static_cast<const float*>(d.bias)[row] : 0.0;
      for (uint64_t k = 0; k < depth; ++k) {
        sum += Element(la, a, ta, row, k) * Element(lb, b, tb, k, column);
      }
      float* to = c + row + column * static_cast<uint64_t>(lc.leading);
      *to = static_cast<float>(beta == 0 ? sum : sum + double{beta} * *to);
    }
  }
}

const void* Advance(const Layout& layout, const void* data, int64_t matrix) {
  const int64_t size = layout.type == kFloat32 ? 4 : 2;
  return static_cast<const char*>(data) + matrix * layout.stride * size;
}

}  // namespace

extern "C" {

// For the tests.
int64_t nativernn_fake_products() { return products; }
int64_t nativernn_fake_objects() { return objects; }

int cublasLtCreate(void** handle) {
  ++objects;
  *handle = const_cast<int*>(&kHandle);
  return kSuccess;
}
int cublasLtDestroy(void*) {
  --objects;
  return kSuccess;
}

int cublasLtMatmulDescCreate(Description** out, int compute, int scale) {
  ++objects;
  *out = new Description{compute, scale, 0, 0, 1, nullptr};
  return kSuccess;
}
int cublasLtMatmulDescDestroy(Description* description) {
  --objects;
  delete description;
  return kSuccess;
}
int cublasLtMatmulDescSetAttribute(Description* d, int attribute, const void* from, size_t bytes) {
  switch (attribute) {
    case 3:
      return Take(from, bytes, &d->transpose_a);
    case 4:
      return Take(from, bytes, &d->transpose_b);
    case 7:
      return Take(from, bytes, &d->epilogue);
    case 8:
      return Take(from, bytes, &d->bias);
    default:
      return kInvalidValue;
  }
}

int cublasLtMatrixLayoutCreate(Layout** out, int type, uint64_t rows, uint64_t columns,
                               int64_t leading) {
  if (type != kFloat32 && type != kFloat16 && type != kBfloat16) return kInvalidValue;
  ++objects;
  *out = new Layout{type, rows, columns, leading, 1, 0};
  return kSuccess;
}
int cublasLtMatrixLayoutDestroy(Layout* layout) {
  --objects;
  delete layout;
  return kSuccess;
}
int cublasLtMatrixLayoutSetAttribute(Layout* layout, int attribute, const void* from,
                                     size_t bytes) {
  if (attribute == 5) return Take(from, bytes, &layout->batch);
  return attribute == 6 ? Take(from, bytes, &layout->stride) : kInvalidValue;
}

int cublasLtMatmulPreferenceCreate(Preference** out) {
  ++objects;
  *out = new Preference{0, 7, {256, 256, 256, 256}};
  return kSuccess;
}
int cublasLtMatmulPreferenceDestroy(Preference* preference) {
  --objects;
  delete preference;
  return kSuccess;
}
int cublasLtMatmulPreferenceSetAttribute(Preference* p, int attribute, const void* from,
                                         size_t bytes) {
  if (attribute == 1) return Take(from, bytes, &p->workspace);
  if (attribute == 3) return Take(from, bytes, &p->reductions);
  return attribute >= 5 && attribute <= 8 ? Take(from, bytes, &p->alignment[attribute - 5])
                                          : kInvalidValue;
}

int cublasLtMatmulAlgoGetHeuristic(void* handle, Description* d, Layout* a, Layout* b, Layout* c,
                                   Layout* result, Preference* preference, int requested,
                                   Heuristic* found, int* returned) {
  *returned = 0;
  if (handle != &kHandle || requested < 1 || c != result) return kInvalidValue;
  if (!Fit(*d, *a, *b, *c)) return kInvalidValue;
  // 1: sums in place, in the order of arrival.
  if ((preference->reductions & 1) != 0 || preference->workspace < kWorkspace) return kNotSupported;
  if (Mode("none")) return kNotSupported;
  *found = Heuristic{};
  found->algorithm.magic = kHandle;
  for (int k = 0; k < 4; ++k) found->algorithm.alignment[k] = preference->alignment[k];
  found->workspace = kWorkspace;
  *returned = 1;
  return kSuccess;
}

int cublasLtMatmul(void* handle, Description* d, const float* alpha, const void* a, Layout* la,
                   const void* b, Layout* lb, const float* beta, const void* c, Layout* lc,
                   void* result, Layout* lresult, const Algorithm* algorithm, void* workspace,
                   size_t workspace_bytes, void* stream) {
  if (Mode("fails")) return kInternalError;
  if (handle != &kHandle || stream == nullptr || algorithm->magic != kHandle) return kInvalidValue;
  if (*alpha != 1 || (*beta != 0 && *beta != 1) || c != result || lc != lresult) {
    return kInvalidValue;
  }
  if (!Fit(*d, *la, *lb, *lc) || workspace_bytes < kWorkspace) return kInvalidValue;
  const void* const operands[4] = {a, b, c, result};
  for (int k = 0; k < 4; ++k) {
    if (reinterpret_cast<uintptr_t>(operands[k]) % algorithm->alignment[k] != 0) {
      return kInvalidValue;
    }
  }
  if (reinterpret_cast<uintptr_t>(workspace) % 256 != 0) return kInvalidValue;
  std::memset(workspace, 0xff, workspace_bytes);
  for (int64_t matrix = 0; matrix < lc->batch; ++matrix) {
    Multiply(*d, *la, Advance(*la, a, matrix), *lb, Advance(*lb, b, matrix), *lc,
             static_cast<float*>(result) + matrix * lc->stride, *beta);
  }
  ++products;
  return kSuccess;
}

}  // extern "C"
