#include "core/error.h"
#include "cuda/cuda_backend.h"
#include "cuda/fault.cuh"

namespace nrnn::cuda {
namespace {

// The words of the CPU's checks.
std::string FaultText(const Fault& fault) {
  const auto range = [&](const char* name) {
    return Text(name, "[", fault.position, "] is ", fault.value, ", must be ", fault.low, "..",
                fault.high);
  };
  switch (static_cast<Argument>(fault.argument)) {
    case Argument::kLengths:
      return range("lengths");
    case Argument::kIndices:
      return range("indices");
    case Argument::kTargets:
      return Text(range("targets"), " or ignore_index (", fault.exception, ")");
    case Argument::kTargetLengths:
      return range("target_lengths");
    case Argument::kLabels:
      return Text("targets[", fault.position / fault.columns, ",", fault.position % fault.columns,
                  "] is ", fault.value, ", must be ", fault.low, "..", fault.high,
                  " and not the blank (", fault.exception, ")");
    case Argument::kNone:
      break;
  }
  return "an argument holds what it must not";
}

}  // namespace

void CudaBackend::ThrowFault() {
  if (fault_->argument == static_cast<int32_t>(Argument::kNone)) return;
  const Fault found = *fault_;
  *fault_ = {};
  throw Error(NRNN_INVALID_ARGUMENT, FaultText(found));
}

}  // namespace nrnn::cuda
