// The kernels of one instruction set, as a table of function pointers: chosen once, when a device
// is opened. Each *.cc file of kernels is compiled once per instruction set into namespace
// nrnn::cpu::NRNN_TARGET (baseline, avx2, avx512, neon) and defines one of the tables below; plain
// argument structs only, so that nothing compiled for one instruction set can be linked into
// another.
#ifndef NATIVERNN_CPU_KERNELS_H_
#define NATIVERNN_CPU_KERNELS_H_

#include <cstdint>

namespace nrnn::cpu {

struct GemmKernels;
struct RnnKernels;
struct ElementwiseKernels;
struct RowKernels;
struct OptimizerKernels;
struct RandomKernels;
struct LimitKernels;
struct StreamKernels;
struct LayerNormKernels;
struct CtcKernels;
struct ScanKernels;
struct VariantKernels;

struct Kernels {
  int32_t target;           // nrnn_cpu_target
  const GemmKernels* gemm;  // gemm.h
  const RnnKernels* rnn;    // rnn_kernels.h
  const ElementwiseKernels*
      elementwise;                     // elementwise.h: unary, affine, binary, strided copy, where
  const RowKernels* rows;              // rows.h: softmax, cross-entropy, max, embedding, gather
  const OptimizerKernels* optimizers;  // optimizers.h
  const RandomKernels* random;         // random.h: Philox, dropout
  const LimitKernels* limits;          // limits.h: peak of multiply-adds, reading memory
  const StreamKernels* stream;         // stream_kernels.h
  const LayerNormKernels* layer_norm;  // layer_norm.h
  const CtcKernels* ctc;               // ctc.h
  const ScanKernels* scan;             // scan.h: minGRU, minLSTM, IndRNN
  const VariantKernels* variant;       // variant_kernels.h: cells with options
};

// Each per-target *.cc file of kernels defines one of these in its namespace.
#define NRNN_DECLARE_TARGET(TARGET)                  \
  namespace TARGET {                                 \
  const GemmKernels& GetGemmKernels();               \
  const RnnKernels& GetRnnKernels();                 \
  const ElementwiseKernels& GetElementwiseKernels(); \
  const RowKernels& GetRowKernels();                 \
  const OptimizerKernels& GetOptimizerKernels();     \
  const RandomKernels& GetRandomKernels();           \
  const LimitKernels& GetLimitKernels();             \
  const StreamKernels& GetStreamKernels();           \
  const LayerNormKernels& GetLayerNormKernels();     \
  const CtcKernels& GetCtcKernels();                 \
  const ScanKernels& GetScanKernels();               \
  const VariantKernels& GetVariantKernels();         \
  }
NRNN_DECLARE_TARGET(baseline)
NRNN_DECLARE_TARGET(avx2)
NRNN_DECLARE_TARGET(avx512)
NRNN_DECLARE_TARGET(neon)
#undef NRNN_DECLARE_TARGET

// The table for a nrnn_cpu_target; for BEST the one that the environment variable NATIVERNN_CPU
// names, if it is set. Throws Error: UNSUPPORTED when this build or machine lacks it,
// INVALID_ARGUMENT for a name in the variable that is none.
const Kernels& SelectKernels(int32_t target);

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_KERNELS_H_
