// In place of the CPU backend, in a build that has none (NATIVERNN_CPU_KERNELS=OFF).
#include "core/backend.h"
#include "core/error.h"

namespace nrnn {
namespace {

[[noreturn]] void Refuse(const char* what) {
  throw Error(NRNN_UNSUPPORTED, std::string(what) + ": this build has no CPU kernels");
}

}  // namespace

std::shared_ptr<Backend> OpenCpuBackend(int32_t, int32_t) { Refuse("kind is CPU"); }

std::shared_ptr<const RnnWeights> PackWeights(int32_t, const RnnShape&, nrnn_weight_storage,
                                              const float*) {
  Refuse("streams run on the CPU");
}

}  // namespace nrnn
