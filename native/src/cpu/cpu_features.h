// What the processor and the system let the kernels of each instruction set use; x86-64 only.
#ifndef NATIVERNN_CPU_CPU_FEATURES_H_
#define NATIVERNN_CPU_CPU_FEATURES_H_

namespace nrnn::cpu {

// All that the levels x86-64-v2, -v3 and -v4 of the psABI let a compiler use; each needs those
// before it.
bool HasLevel2();
bool HasLevel3();
bool HasLevel4();

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_CPU_FEATURES_H_
