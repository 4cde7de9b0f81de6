// cuBLASLt thinks in columns: our row-major C [m,n] = A B is its C' [n,m] = B' A', and a row-major
// [r,c] matrix is its [c,r]. So B comes first, m and n change places, and a bias along n lies along
// its rows, where its epilogue adds it.
//
// Sums that several blocks share meet in order: the scheme that adds them up in place is excluded,
// since its order is that of arrival.
#include "cuda/blas.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "core/error.h"

namespace nrnn::cuda {
namespace {

// What is used of cublasLt.h; these have been the same since cuBLAS 11.
using Handle = void*;
using Description = void*;
using Layout = void*;
using Preference = void*;
enum Status : int { kSuccess = 0 };
enum DataType : int { kFloat32 = 0, kFloat16 = 2, kBFloat16 = 14 };
enum ComputeType : int { kCompute32F = 68, kCompute32FFastTf32 = 77 };
enum Operation : int32_t { kPlain = 0, kTranspose = 1 };
enum DescriptionAttribute : int {
  kTransposeA = 3,
  kTransposeB = 4,
  kEpilogue = 7,
  kBiasPointer = 8
};
enum Epilogue : uint32_t { kEpilogueDefault = 1, kEpilogueBias = 4 };
enum LayoutAttribute : int { kBatchCount = 5, kBatchStride = 6 };
enum PreferenceAttribute : int {
  kMaxWorkspaceBytes = 1,
  kReductionSchemeMask = 3,
  kAlignmentA = 5,
  kAlignmentB = 6,
  kAlignmentC = 7,
  kAlignmentD = 8
};
constexpr uint32_t kReductionsInOrder = 2 | 4;  // of the compute type, of the output type

struct Algorithm {
  uint64_t data[8];
};
struct Heuristic {
  Algorithm algorithm;
  size_t workspace_bytes;
  Status state;
  float waves;
  int reserved[4];
};

struct Functions {
  Status (*create)(Handle*);
  Status (*destroy)(Handle);
  Status (*create_description)(Description*, ComputeType, DataType scale);
  Status (*destroy_description)(Description);
  Status (*describe)(Description, DescriptionAttribute, const void*, size_t);
  Status (*create_layout)(Layout*, DataType, uint64_t rows, uint64_t columns, int64_t leading);
  Status (*destroy_layout)(Layout);
  Status (*set_layout)(Layout, LayoutAttribute, const void*, size_t);
  Status (*create_preference)(Preference*);
  Status (*destroy_preference)(Preference);
  Status (*prefer)(Preference, PreferenceAttribute, const void*, size_t);
  Status (*find)(Handle, Description, Layout a, Layout b, Layout c, Layout d, Preference,
                 int requested, Heuristic*, int* returned);
  Status (*multiply)(Handle, Description, const void* alpha, const void* a, Layout, const void* b,
                     Layout, const void* beta, const void* c, Layout, void* d, Layout,
                     const Algorithm*, void* workspace, size_t workspace_bytes, void* stream);
};

// What NVIDIA recommends for an H100.
constexpr uint64_t kWorkspaceMost = uint64_t{32} << 20;

template <class Function>
bool Resolve(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

bool ResolveAll(void* library, Functions& f) {
  return Resolve(library, "cublasLtCreate", f.create) &&
         Resolve(library, "cublasLtDestroy", f.destroy) &&
         Resolve(library, "cublasLtMatmulDescCreate", f.create_description) &&
         Resolve(library, "cublasLtMatmulDescDestroy", f.destroy_description) &&
         Resolve(library, "cublasLtMatmulDescSetAttribute", f.describe) &&
         Resolve(library, "cublasLtMatrixLayoutCreate", f.create_layout) &&
         Resolve(library, "cublasLtMatrixLayoutDestroy", f.destroy_layout) &&
         Resolve(library, "cublasLtMatrixLayoutSetAttribute", f.set_layout) &&
         Resolve(library, "cublasLtMatmulPreferenceCreate", f.create_preference) &&
         Resolve(library, "cublasLtMatmulPreferenceDestroy", f.destroy_preference) &&
         Resolve(library, "cublasLtMatmulPreferenceSetAttribute", f.prefer) &&
         Resolve(library, "cublasLtMatmulAlgoGetHeuristic", f.find) &&
         Resolve(library, "cublasLtMatmul", f.multiply);
}

// The process keeps the library, once opened: it has threads and memory of its own.
const Functions* OpenFunctions() {
  static const Functions* const functions = []() -> const Functions* {
    static Functions found;
    const char* name = std::getenv("NATIVERNN_CUBLASLT");
    const std::array<const char*, 3> usual = {"libcublasLt.so.13", "libcublasLt.so.12",
                                              "libcublasLt.so.11"};
    void* library = nullptr;
    if (name != nullptr) {
      library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    } else {
      for (size_t k = 0; k < usual.size() && library == nullptr; ++k) {
        library = dlopen(usual[k], RTLD_NOW | RTLD_LOCAL);
      }
    }
    return library != nullptr && ResolveAll(library, found) ? &found : nullptr;
  }();
  return functions;
}

void CheckBlas(Status status, const char* call) {
  if (status == kSuccess) return;
  throw Error(NRNN_DEVICE_FAILED,
              std::string(call) + " failed with status " + std::to_string(status));
}

// The largest power of two up to 16 that divides the address.
uint32_t Alignment(const void* address) {
  const auto bits = reinterpret_cast<uintptr_t>(address);
  return bits % 16 == 0 ? 16 : bits % 8 == 0 ? 8 : bits % 4 == 0 ? 4 : 2;
}

// All that an algorithm depends on.
using Key = std::tuple<std::array<int64_t, 10>, std::array<bool, 4>, int, std::array<uint32_t, 4>>;

Key KeyOf(const BlasProduct& p) {
  return {{p.batch, p.m, p.n, p.k, p.lda, p.ldb, p.ldc, p.batch_a, p.batch_b, p.batch_c},
          {p.transpose_a, p.transpose_b, p.accumulate, p.bias != nullptr},
          static_cast<int>(p.precision),
          {Alignment(p.a), Alignment(p.b), Alignment(p.c), Alignment(p.bias)}};
}

}  // namespace

// An open library with the products that it was asked for.
class Blas::Library {
 public:
  // Null where cuBLASLt is not there or does not work with this driver.
  static std::unique_ptr<Library> Open() {
    const Functions* functions = OpenFunctions();
    Handle handle = nullptr;
    if (functions == nullptr || functions->create(&handle) != kSuccess) return nullptr;
    return std::unique_ptr<Library>(new Library(*functions, handle));
  }
  ~Library() {
    for (const auto& [key, plan] : plans_) Destroy(plan);
    functions_.destroy(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  int64_t WorkspaceBytes(const BlasProduct& product) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const Plan& plan = Find(product);
    return plan.usable ? static_cast<int64_t>(plan.heuristic.workspace_bytes) : -1;
  }

  void Multiply(const BlasProduct& product, void* workspace, Stream& stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const Plan& plan = Find(product);
    if (product.bias != nullptr) SetBias(plan, product.bias);
    const float alpha = 1, beta = product.accumulate ? 1.0f : 0.0f;
    CheckBlas(functions_.multiply(handle_, plan.description, &alpha, product.b, plan.first,
                                  product.a, plan.second, &beta, product.c, plan.result, product.c,
                                  plan.result, &plan.heuristic.algorithm, workspace,
                                  plan.heuristic.workspace_bytes, stream.handle()),
              "cublasLtMatmul");
  }

 private:
  Library(const Functions& functions, Handle handle) : functions_(functions), handle_(handle) {}

  // first: our B; second: our A.
  struct Plan {
    Description description = nullptr;
    Layout first = nullptr, second = nullptr, result = nullptr;
    Heuristic heuristic = {};
    bool usable = false;
  };

  Plan& Find(const BlasProduct& product) {
    const Key key = KeyOf(product);
    const auto found = plans_.find(key);
    if (found != plans_.end()) return found->second;
    Plan& plan = plans_[key];  // destroyed with the others, also when what follows throws
    Describe(product, plan);
    Choose(product, plan);
    return plan;
  }

  void Describe(const BlasProduct& p, Plan& plan) {
    const bool tf32 = p.precision == NRNN_PRECISION_TF32;
    CheckBlas(functions_.create_description(&plan.description,
                                            tf32 ? kCompute32FFastTf32 : kCompute32F, kFloat32),
              "cublasLtMatmulDescCreate");
    Set(plan.description, kTransposeA, p.transpose_b ? kTranspose : kPlain);
    Set(plan.description, kTransposeB, p.transpose_a ? kTranspose : kPlain);
    Set(plan.description, kEpilogue, p.bias != nullptr ? kEpilogueBias : kEpilogueDefault);
    if (p.bias != nullptr) SetBias(plan, p.bias);
    const DataType operand = p.precision == NRNN_PRECISION_BFLOAT16  ? kBFloat16
                             : p.precision == NRNN_PRECISION_FLOAT16 ? kFloat16
                                                                     : kFloat32;
    plan.first = MakeLayout(operand, p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.ldb,
                            p.batch, p.batch_b);
    plan.second = MakeLayout(operand, p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.lda,
                             p.batch, p.batch_a);
    plan.result = MakeLayout(kFloat32, p.m, p.n, p.ldc, p.batch, p.batch_c);
  }

  // Where there is no algorithm the plan stays unusable.
  void Choose(const BlasProduct& p, Plan& plan) {
    Preference preference = nullptr;
    CheckBlas(functions_.create_preference(&preference), "cublasLtMatmulPreferenceCreate");
    const std::unique_ptr<void, Status (*)(Preference)> owner(preference,
                                                              functions_.destroy_preference);
    Prefer(preference, kMaxWorkspaceBytes, kWorkspaceMost);
    Prefer(preference, kReductionSchemeMask, kReductionsInOrder);
    Prefer(preference, kAlignmentA, Alignment(p.b));
    Prefer(preference, kAlignmentB, Alignment(p.a));
    Prefer(preference, kAlignmentC, Alignment(p.c));
    Prefer(preference, kAlignmentD, Alignment(p.c));
    int returned = 0;
    const Status status =
        functions_.find(handle_, plan.description, plan.first, plan.second, plan.result,
                        plan.result, preference, 1, &plan.heuristic, &returned);
    plan.usable = status == kSuccess && returned == 1 && plan.heuristic.state == kSuccess;
  }

  // Of a row-major matrix.
  Layout MakeLayout(DataType type, int64_t rows, int64_t columns, int64_t leading, int64_t batch,
                    int64_t stride) {
    Layout layout = nullptr;
    CheckBlas(functions_.create_layout(&layout, type, static_cast<uint64_t>(columns),
                                       static_cast<uint64_t>(rows), leading),
              "cublasLtMatrixLayoutCreate");
    const auto count = static_cast<int32_t>(batch);
    CheckBlas(functions_.set_layout(layout, kBatchCount, &count, sizeof(count)),
              "cublasLtMatrixLayoutSetAttribute");
    CheckBlas(functions_.set_layout(layout, kBatchStride, &stride, sizeof(stride)),
              "cublasLtMatrixLayoutSetAttribute");
    return layout;
  }

  template <class Value>
  void Set(Description description, DescriptionAttribute attribute, const Value& value) {
    CheckBlas(functions_.describe(description, attribute, &value, sizeof(value)),
              "cublasLtMatmulDescSetAttribute");
  }
  void SetBias(const Plan& plan, const void* bias) { Set(plan.description, kBiasPointer, bias); }
  template <class Value>
  void Prefer(Preference preference, PreferenceAttribute attribute, const Value& value) {
    CheckBlas(functions_.prefer(preference, attribute, &value, sizeof(value)),
              "cublasLtMatmulPreferenceSetAttribute");
  }

  void Destroy(const Plan& plan) {
    if (plan.description != nullptr) functions_.destroy_description(plan.description);
    for (const Layout layout : {plan.first, plan.second, plan.result}) {
      if (layout != nullptr) functions_.destroy_layout(layout);
    }
  }

  const Functions& functions_;
  const Handle handle_;
  std::mutex mutex_;
  std::map<Key, Plan> plans_;
};

Blas::Blas() = default;
Blas::~Blas() = default;

int64_t Blas::WorkspaceBytes(const BlasProduct& product) {
  std::call_once(opened_, [&] { library_ = Library::Open(); });
  return library_ == nullptr ? -1 : library_->WorkspaceBytes(product);
}

void Blas::Multiply(const BlasProduct& product, void* workspace, Stream& stream) {
  library_->Multiply(product, workspace, stream);
}

}  // namespace nrnn::cuda
