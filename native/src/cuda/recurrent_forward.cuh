// What a block of a forward recurrence does around the products of its steps: state, projections,
// the cells' equations, what goes out. Both kernels, the persistent one and that of one step, are
// made of this.
//
//   LSTM          i f o = s(a)  g = tanh(a)  c = f c' + i g  h = o tanh(c),  a = x W_ih + b + h'
//   W_hh GRU           r z = s(a)  q = h' W_hn + b_hn  n = tanh(x W_in + b_in + r q)  h = n + z (h'
//   - n) reset before  r z = s(a)  n = tanh(x W_in + b_n + (r h') W_hn): a second product in each
//   step RNN           h = tanh(a) or max(a, 0)
//
// Layout: a block owns rows x units elements, element e = row units + unit. Shared memory holds of
// each: h, c (LSTM) or q, and a slot for each gate. An element always belongs to the same thread,
// so that only sums and what other blocks read needs barriers. A slot holds the projection, copied
// there while the step before waits for the other blocks, and after the step the gate's value,
// which goes to the reserve while this step waits.
#ifndef NATIVERNN_CUDA_RECURRENT_FORWARD_CUH_
#define NATIVERNN_CUDA_RECURRENT_FORWARD_CUH_

#include "core/layout.h"
#include "cuda/math.cuh"
#include "cuda/recurrent_product.cuh"

namespace nrnn::cuda {

// RecurrentForwardCall as the kernels see it, and their scratch.
struct ForwardKernelArgs {
  Cell cell;
  int gate_count;
  int64_t steps, batch, hidden;
  bool reverse, keep;
  const int32_t* lengths;
  const float* weight_hh;
  const float* bias_hn;
  const float* h0;
  const float* c0;
  int64_t y_step, y_row;
  float* gates;
  float* aux;
  float* y;
  float* hn;
  float* cn;
  RecurrentTiling tiling;
  // h' in one, h in the other, alternating: [B, width] each; r h' of reset before. Zero where
  // nothing was written yet.
  void* exchange_even;
  void* exchange_odd;
  void* exchange_reset;
  uint32_t* arrived;  // of the persistent kernel, 0
  // Of launches step by step: W_hh packed, [unit block][columns][width]; the state [B,H] between
  // them, c or r h'; the step, in the order of the recurrence, and which of its products.
  void* packed;
  float* state_h;
  float* state_c;
  int64_t step;
  int phase;
};

// W_hh's row of a column of a block: gate column / units of unit column % units; -1: there is none.
NRNN_DEVICE int64_t WeightRow(const ForwardKernelArgs& args, int unit_block, int column) {
  const int units = args.tiling.units;
  const int gate = column / units;
  const int64_t unit = int64_t{unit_block} * units + column % units;
  return gate < args.gate_count && unit < args.hidden ? gate * args.hidden + unit : -1;
}

// What step s reads, and where h goes.
NRNN_DEVICE void* Exchange(const ForwardKernelArgs& args, int64_t s) {
  return s % 2 == 0 ? args.exchange_even : args.exchange_odd;
}

template <class Precision>
class ForwardBlock {
 public:
  using Element = typename Precision::Element;

  NRNN_DEVICE ForwardBlock(const ForwardKernelArgs& args, unsigned char* shared)
      : args_(args), units_(args.tiling.units) {
    const RecurrentTiling& tiling = args.tiling;
    const int unit_block = static_cast<int>(Block()) % tiling.unit_blocks;
    const int group = static_cast<int>(Block()) / tiling.unit_blocks;
    first_unit_ = int64_t{unit_block} * units_;
    first_row_ = int64_t{group} * tiling.rows;
    const int64_t rows_left = args.batch - first_row_;
    rows_ = rows_left < tiling.rows ? static_cast<int>(rows_left) : tiling.rows;
    const int64_t units_left = args.hidden - first_unit_;
    owned_ = units_left < units_ ? static_cast<int>(units_left) : units_;
    elements_ = tiling.rows * units_;
    h_ = reinterpret_cast<float*>(shared + tiling.state_at);
    c_ = h_ + elements_;
    slots_ = c_ + elements_;
    width_ = RowWidth<Element>(tiling);
  }

  NRNN_DEVICE int rows() const { return rows_; }
  NRNN_DEVICE int unit_block() const { return static_cast<int>(first_unit_ / units_); }
  NRNN_DEVICE const Element* Rows(const void* exchange) const {
    return static_cast<const Element*>(exchange) + first_row_ * width_;
  }

  // h, c: [B,H] or null: zeros, or not wanted.
  NRNN_DEVICE void LoadState(const float* h, const float* c) {
    Each(0, rows_, [&](int e, int row, int unit) {
      const int64_t at = StateAt(row, unit);
      h_[e] = h ? h[at] : 0.0f;
      c_[e] = c ? c[at] : 0.0f;
    });
  }
  NRNN_DEVICE void StoreState(float* h, float* c) const {
    Each(0, rows_, [&](int e, int row, int unit) {
      const int64_t at = StateAt(row, unit);
      if (h) h[at] = h_[e];
      if (c) c[at] = c_[e];
    });
  }

  NRNN_DEVICE void PublishState(void* exchange) const {
    Each(0, rows_, [&](int e, int row, int unit) { Publish(exchange, row, unit, h_[e]); });
  }

  // Starts to copy the projections of the s-th step into the slots.
  NRNN_DEVICE void FetchProjections(int64_t s) {
    Each(0, rows_, [&](int e, int row, int unit) {
      const float* from = GatesAt(s, row, unit);
      for (int g = 0; g < args_.gate_count; ++g) {
        CopyAsync4(slots_ + g * elements_ + e, from + g * args_.hidden);
      }
    });
    CopyAsyncCommit();
  }

  // The cell's equations for rows first .. first + count - 1, whose sums the product has; what the
  // next product multiplies goes to `to`. phase: of reset before, 0 for r, z and r h', 1 for n and
  // h.
  template <class Product>
  NRNN_DEVICE void Finish(const Product& product, int64_t s, int phase, int first, int count,
                          void* to) {
    const int64_t t = StepAt(s);
    Each(first, count, [&](int e, int row, int unit) {
      const auto sum = [&](int gate) { return product.Sum(row - first, gate * units_ + unit); };
      const bool active = t < Length(row);
      switch (args_.cell) {
        case Cell::kLstm:
          FinishLstm(sum, e, active);
          break;
        case Cell::kGru:
          FinishGru(sum, e, unit, active);
          break;
        case Cell::kGruResetBefore:
          if (phase == 0) {
            Slot(0, e) = Sigmoid(Slot(0, e) + sum(0));
            Slot(1, e) = Sigmoid(Slot(1, e) + sum(1));
            c_[e] = Slot(0, e) * h_[e];
            return Publish(to, row, unit, c_[e]);
          }
          FinishOutput(Slot(2, e) + sum(2), e, active);
          break;
        case Cell::kRnnTanh:
          if (active) h_[e] = Tanh(Slot(0, e) + sum(0));
          break;
        case Cell::kRnnRelu:
          if (active) h_[e] = AtLeast(Slot(0, e) + sum(0), 0.0f);
          break;
      }
      Publish(to, row, unit, h_[e]);
    });
  }

  // What no other block waits for: y and the reserve.
  NRNN_DEVICE void WriteStep(int64_t s) const {
    const int64_t t = StepAt(s);
    Each(0, rows_, [&](int e, int row, int unit) {
      const int64_t length = Length(row);
      const bool active = t < length;
      const int64_t b = first_row_ + row, u = first_unit_ + unit;
      args_.y[t * args_.y_step + b * args_.y_row + u] = active       ? h_[e]
                                                        : length < 0 ? NotANumber()
                                                                     : 0.0f;
      if (!args_.keep || !active || args_.gate_count == 1) return;
      WriteGates(s, e, row, unit);
      args_.aux[(t * args_.batch + b) * args_.hidden + u] = c_[e];
    });
  }

  // r and z in place of their projections.
  NRNN_DEVICE void WriteReset(int64_t s) const {
    Each(0, rows_, [&](int e, int row, int unit) { WriteGates(s, e, row, unit); });
  }

 private:
  // body(e, row, unit) for this thread's elements of the rows: those e that leave its number when
  // divided by the threads.
  template <class Body>
  NRNN_DEVICE void Each(int first, int count, const Body& body) const {
    const int begin = first * units_, end = (first + count) * units_;
    for (int e = begin + ((Thread() - begin) & (kRecurrentThreads - 1)); e < end;
         e += kRecurrentThreads) {
      const int row = e / units_, unit = e % units_;
      if (unit < owned_) body(e, row, unit);
    }
  }

  template <class Sum>
  NRNN_DEVICE void FinishLstm(const Sum& sum, int e, bool active) {
    const float i = Slot(0, e) = Sigmoid(Slot(0, e) + sum(0));
    const float f = Slot(1, e) = Sigmoid(Slot(1, e) + sum(1));
    const float g = Slot(2, e) = Tanh(Slot(2, e) + sum(2));
    const float o = Slot(3, e) = Sigmoid(Slot(3, e) + sum(3));
    if (!active) return;
    c_[e] = fmaf(f, c_[e], i * g);
    h_[e] = o * Tanh(c_[e]);
  }

  template <class Sum>
  NRNN_DEVICE void FinishGru(const Sum& sum, int e, int unit, bool active) {
    const float r = Slot(0, e) = Sigmoid(Slot(0, e) + sum(0));
    Slot(1, e) = Sigmoid(Slot(1, e) + sum(1));
    const float q = sum(2) + (args_.bias_hn ? args_.bias_hn[first_unit_ + unit] : 0.0f);
    c_[e] = q;
    FinishOutput(fmaf(r, q, Slot(2, e)), e, active);
  }

  // Of a GRU, from n's pre-activation.
  NRNN_DEVICE void FinishOutput(float a, int e, bool active) {
    const float n = Slot(2, e) = Tanh(a);
    if (active) h_[e] = fmaf(Slot(1, e), h_[e] - n, n);
  }

  NRNN_DEVICE float& Slot(int gate, int e) const { return slots_[gate * elements_ + e]; }
  NRNN_DEVICE int64_t StepAt(int64_t s) const { return args_.reverse ? args_.steps - 1 - s : s; }
  NRNN_DEVICE int64_t Length(int row) const {
    return args_.lengths ? args_.lengths[first_row_ + row] : args_.steps;
  }
  NRNN_DEVICE int64_t StateAt(int row, int unit) const {
    return (first_row_ + row) * args_.hidden + first_unit_ + unit;
  }
  NRNN_DEVICE float* GatesAt(int64_t s, int row, int unit) const {
    const int64_t line = (StepAt(s) * args_.batch + first_row_ + row) * args_.gate_count;
    return args_.gates + line * args_.hidden + first_unit_ + unit;
  }
  NRNN_DEVICE void WriteGates(int64_t s, int e, int row, int unit) const {
    float* to = GatesAt(s, row, unit);
    for (int g = 0; g < args_.gate_count; ++g) to[g * args_.hidden] = Slot(g, e);
  }
  NRNN_DEVICE void Publish(void* exchange, int row, int unit, float value) const {
    static_cast<Element*>(exchange)[(first_row_ + row) * width_ + first_unit_ + unit] =
        Precision::Put(value);
  }

  const ForwardKernelArgs& args_;
  const int units_;
  int64_t first_unit_, first_row_, width_;
  int rows_, owned_, elements_;
  float* h_;
  float* c_;
  float* slots_;
};

// Launches step by step, where the weights don't fit or blocks may not wait for each other
// (step_forward.cu). args: all but what is of a launch alone.
void StepForward(const RecurrentForwardCall& call, const ForwardKernelArgs& args);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RECURRENT_FORWARD_CUH_
