// One layer of a recurrent stack with options, both directions: packed weights, and the passes over
// a sequence by general kernels (variant_kernels.h). Layers without options run rnn_layer.h.
#ifndef NATIVERNN_CPU_VARIANT_LAYER_H_
#define NATIVERNN_CPU_VARIANT_LAYER_H_

#include <vector>

#include "cpu/cpu_backend.h"
#include "cpu/gemm.h"
#include "cpu/outer_products.h"
#include "cpu/rnn_layer.h"
#include "cpu/variant_kernels.h"
#include "cpu/variant_reserve.h"

namespace nrnn::cpu {

struct VariantCall {
  int64_t steps, batch;
  int64_t seed;
  const int32_t* lengths;  // or null
  const float* params;
  const float* h0;  // [D,B,P] or null
  const float* c0;  // [D,B,H] or null
  VariantLayout arrays;
  bool training;   // a place for each step and row; else for a window of steps
  int64_t window;  // steps that have places of their own
  Sequence<const float> x;
};

struct VariantForwardCall : VariantCall {
  Sequence<float> y;  // [T,B,D P]
  float* hn;          // [D,B,P] or null
  float* cn;          // [D,B,H] or null
};

struct VariantBackwardCall : VariantCall {
  Sequence<const float> y;
  Sequence<const float> dy;  // data null: zeros
  const float* dhn;          // [D,B,P] or null
  const float* dcn;          // [D,B,H] or null
  Sequence<float> dx;        // data null: not wanted
  float* dh0;                // [D,B,P] or null
  float* dc0;                // [D,B,H] or null
  float* dparams;            // of the whole stack, or null
};

// Sums over all rows of products of columns: gradients of what multiplies elementwise.
struct ColumnProduct {
  const std::vector<const float*>* a_rows;
  int64_t a_column;
  const std::vector<const float*>* b_rows;  // or null
  int64_t b_column;
  int64_t count;
  float* sums;
};

// The rows of the arrays whose steps are within their lengths, of one direction.
struct VariantRows {
  std::vector<int64_t> places;
  std::vector<const float*> gates, hidden_part, input_part, hidden_hat, cell_hat, dnormed,
      reset_hidden, out, dprojected, x, h_product, c_before, c_new;
};

// Scratch that the layers of a stack share; it only grows.
struct VariantWorkspace {
  AlignedFloats zeros, dh, dc, tasks, keep_h, keep_c, dweights;
  VariantRows rows[2];
  std::vector<OuterProduct> products;
  std::vector<ColumnProduct> columns;
  OuterScratch outer;
};

class VariantLayer {
 public:
  VariantLayer(CpuBackend& backend, const RnnShape& shape, int64_t layer);

  // drop: with DropConnect's mask of this seed on W_hh.
  void Pack(const float* params, bool drop, int64_t seed, bool backward);

  void Forward(const VariantForwardCall& call, VariantWorkspace& workspace);
  void Backward(const VariantBackwardCall& call, VariantWorkspace& workspace);

 private:
  struct Slice;
  struct Step;
  struct GradientStep;
  struct Weights {
    AlignedFloats ih, hh, hr, bias, dropped_hh;
    AlignedFloats ih_back, hh_back, hr_back;
  };

  void PackDirection(const float* params, int64_t direction, const float* weight_hh, bool backward);
  const float* DroppedHidden(const float* params, int64_t direction, bool drop, int64_t seed);
  VariantCell CellOf(const float* params, int64_t direction) const;
  template <class Body>
  void ForSlices(int64_t batch, const Body& body);
  Slice SliceOf(const VariantCall& call, int64_t direction, int64_t row_begin, int64_t row_end,
                const Sequence<const float>& y, VariantWorkspace& workspace) const;

  void MaskInput(const VariantForwardCall& call);
  void DrawRecurrentMasks(const VariantForwardCall& call);
  void ForwardSlice(const VariantForwardCall& call, const Slice& slice) const;
  void InputProducts(const VariantForwardCall& call, const Slice& slice, int64_t first,
                     int64_t last) const;
  void ForwardStep(const VariantForwardCall& call, const Slice& slice, int64_t s) const;
  void GatherStep(const VariantForwardCall& call, const Slice& slice, int64_t s, Step& step) const;
  void RunCells(const Slice& slice, Step& step) const;
  void Project(const Slice& slice, Step& step) const;
  void DrawZoneout(const VariantCall& call, const Slice& slice, int64_t t, int64_t b) const;
  void FinishForward(const VariantForwardCall& call, const Slice& slice) const;

  void BackwardSlice(const VariantBackwardCall& call, const Slice& slice, float* dh, float* dc,
                     float* scratch) const;
  void GatherGradients(const VariantBackwardCall& call, const Slice& slice, int64_t s, float* dh,
                       float* dc, float* scratch, GradientStep& step) const;
  void HiddenGradients(const Slice& slice, GradientStep& step) const;

  void CollectRows(const VariantBackwardCall& call, int64_t direction,
                   VariantWorkspace& workspace) const;
  void AddColumns(int64_t direction, const VariantBackwardCall& call,
                  VariantWorkspace& workspace) const;
  void RunColumns(const VariantWorkspace& workspace);
  void FinishInputGradients(const VariantBackwardCall& call, VariantWorkspace& workspace);
  void InputGradient(const VariantBackwardCall& call);
  void AddProducts(int64_t direction, const VariantBackwardCall& call, float* dweight_hh,
                   VariantWorkspace& workspace) const;
  void ParameterGradients(const VariantBackwardCall& call, VariantWorkspace& workspace);

  const GemmKernels& gemm() const { return *backend_.kernels().gemm; }
  const VariantKernels& kernels() const { return *backend_.kernels().variant; }
  int64_t HiddenWeights() const { return shape_.GateRows() * shape_.Output(); }

  CpuBackend& backend_;
  const RnnShape shape_;
  const int64_t layer_;
  const int64_t input_;
  Weights weights_[2];
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_VARIANT_LAYER_H_
