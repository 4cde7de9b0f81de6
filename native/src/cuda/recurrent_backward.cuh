// What a block of a backward recurrence does around the products of its steps: the gradients of its
// units, what it hands to the other blocks, what goes to the reserve. Both kernels, the persistent
// one and that of one step, are made of this.
//
//   dh = carried + da_{s+1} W_hh + dy,   da, dc and the next carried part: cell_gradients.cuh
//
// da_s goes to the other blocks through an array of which a row holds the gates of a unit side by
// side: number (unit, gate) is k = unit G + gate of the product. Reset before has two: of r and z,
// and of n, whose product belongs to the same step.
//
// Steps at or after a row's length pass dh and dc on and give da = 0. Their place in the exchanged
// array stays as it is, and what the product makes of it is not used, so that neither infinite
// weights nor old numbers show.
#ifndef NATIVERNN_CUDA_RECURRENT_BACKWARD_CUH_
#define NATIVERNN_CUDA_RECURRENT_BACKWARD_CUH_

#include "cuda/cell_gradients.cuh"
#include "cuda/gradient_scale.cuh"
#include "cuda/recurrent.h"
#include "cuda/recurrent_product.cuh"

namespace nrnn::cuda {

// A product of a step: which gates of W_hh, and how its depth is divided.
struct BackwardPart {
  int first_gate, gates;
  int depth;              // gates H
  uint64_t one_by_gates;  // 2^32 / gates, rounded up: the quotient of k without a division
  RecurrentTiling tiling;
};

struct BackwardKernelArgs {
  RecurrentBackwardCall call;
  int gates;             // of the cell
  BackwardPart main;     // all gates; reset before: r and z
  BackwardPart reset;    // reset before: n
  void* exchange[2];     // [B, width of main], in turns
  void* reset_exchange;  // [B, width of reset]
  uint32_t* arrived;     // of the persistent kernel, 0
  const float* maxima;   // fp16: kMaxima of them (gradient_scale.cuh)
  // Of launches step by step: W_hh packed, [unit block][columns][width]; the state [B,H] between
  // them; the step in the order of the recurrence, -1 behind the last.
  void* packed;
  void* reset_packed;
  float* dh;
  float* dc;
  int64_t step;
};

// W_hh's number for column `unit` of the layer and k of a part; 0 where there is none.
NRNN_DEVICE float BackwardWeight(const RecurrentBackwardCall& call, const BackwardPart& part,
                                 int64_t unit, int k) {
  if (k >= part.depth || unit >= call.hidden) return 0.0f;
  const int from = static_cast<int>(static_cast<uint64_t>(k) * part.one_by_gates >> 32);
  const int64_t gate = part.first_gate + k - from * part.gates;
  return call.weight_hh[(gate * call.hidden + from) * call.hidden + unit];
}

template <class Precision>
class BackwardBlock {
 public:
  using Element = typename Precision::Element;
  static constexpr bool kScales = std::is_same_v<Precision, Float16>;

  // dh, dc: of the block's elements [rows][units], or of all [B,H] where whole.
  NRNN_DEVICE BackwardBlock(const BackwardKernelArgs& args, float* dh, float* dc, bool whole)
      : args_(args), call_(args.call), dh_(dh), dc_(dc), whole_(whole) {
    const RecurrentTiling& tiling = args.main.tiling;
    units_ = tiling.units;
    unit_block_ = static_cast<int>(Block() % tiling.unit_blocks);
    first_unit_ = int64_t{unit_block_} * units_;
    first_row_ = Block() / tiling.unit_blocks * tiling.rows;
    const int64_t left = call_.batch - first_row_;
    rows_ = static_cast<int>(left < tiling.rows ? left : tiling.rows);
    width_ = RowWidth<Element>(tiling);
    reset_width_ = RowWidth<Element>(args.reset.tiling);
  }

  NRNN_DEVICE int rows() const { return rows_; }
  NRNN_DEVICE int unit_block() const { return unit_block_; }
  NRNN_DEVICE int64_t first_unit() const { return first_unit_; }
  NRNN_DEVICE void SetScale(const GradientScale& scale) { scale_ = scale; }

  // The block's rows of what step s made known.
  NRNN_DEVICE const Element* Exchanged(int64_t s) const {
    return static_cast<const Element*>(args_.exchange[s & 1]) + first_row_ * width_;
  }
  NRNN_DEVICE const Element* ExchangedReset() const {
    return static_cast<const Element*>(args_.reset_exchange) + first_row_ * reset_width_;
  }

  NRNN_DEVICE void LoadState() {
    Each(0, rows_, [&](int e, int row, int unit) {
      const int64_t at = StateAt(row, unit);
      dh_[e] = call_.dhn ? call_.dhn[at] : 0.0f;
      if (call_.cell == Cell::kLstm) dc_[e] = call_.dcn ? call_.dcn[at] : 0.0f;
    });
  }

  // Asks for what step s reads of memory that no block writes meanwhile.
  NRNN_DEVICE void Prefetch(int64_t s) const {
    const int64_t t = StepAt(s);
    const int sectors = CeilDiv(units_, kSector);
    for (int index = Thread(); index < rows_ * sectors; index += Threads()) {
      const int row = index / sectors, unit = index % sectors * kSector;
      if (first_unit_ + unit >= call_.hidden || t >= Length(row)) continue;
      if (call_.cell != Cell::kRnnTanh && call_.cell != Cell::kRnnRelu) {
        for (int g = 0; g < args_.gates; ++g) PrefetchL2(GateAt(t, row, unit, g));
      }
      if (ReadsAux()) PrefetchL2(AuxAt(t, row, unit));
      const float* previous = PreviousAt(t, row, unit);
      if (previous) PrefetchL2(previous);
      if (call_.dy) PrefetchL2(DyAt(t, row, unit));
    }
  }

  // Step s of rows first .. first + count - 1. sum(row, unit): the product, row from `first` on,
  // which counts for nothing where no step is after s. s = -1: the state before all steps.
  template <class Sum>
  NRNN_DEVICE void Finish(int64_t s, int first, int count, const Sum& sum) {
    Each(first, count, [&](int e, int row, int unit) {
      const int64_t length = Length(row);
      float dh = dh_[State(e, row, unit)];
      if (s + 1 < call_.steps && StepAt(s + 1) < length) {
        dh += scale_.Undo(sum(row - first, unit));
      }
      if (s < 0) {
        const int64_t at = StateAt(row, unit);
        if (call_.dh0) call_.dh0[at] = dh;
        if (call_.dc0) call_.dc0[at] = dc_[State(e, row, unit)];
      } else {
        FinishElement(s, e, row, unit, StepAt(s) < length, dh);
      }
    });
  }

  // The other half of a step of reset before: sum is p.
  template <class Sum>
  NRNN_DEVICE void FinishReset(int64_t s, int first, int count, const Sum& sum) {
    const int64_t t = StepAt(s);
    Each(first, count, [&](int e, int row, int unit) {
      if (t >= Length(row)) return;
      const float p = scale_.Undo(sum(row - first, unit));
      float* gate = GateAt(t, row, unit, 0);
      const float r = *gate;
      const float* previous = PreviousAt(t, row, unit);
      const float da_r = ResetGradient(r, p, previous ? *previous : 0.0f);
      *gate = da_r;
      Publish(s, row, unit, 0, da_r);
      dh_[State(e, row, unit)] += r * p;
    });
  }

 private:
  static constexpr int kSector = 8;  // floats of 32 bytes

  NRNN_DEVICE static int CeilDiv(int a, int b) { return (a + b - 1) / b; }

  // body(e, row, unit) for this thread's elements of the rows.
  template <class Body>
  NRNN_DEVICE void Each(int first, int count, const Body& body) const {
    const int end = (first + count) * units_;
    NRNN_NO_UNROLL
    for (int e = first * units_ + Thread(); e < end; e += Threads()) {
      const int row = e / units_, unit = e % units_;
      if (first_unit_ + unit < call_.hidden) body(e, row, unit);
    }
  }

  NRNN_DEVICE int64_t StepAt(int64_t s) const { return call_.reverse ? call_.steps - 1 - s : s; }
  NRNN_DEVICE int64_t Length(int row) const {
    return call_.lengths ? call_.lengths[first_row_ + row] : call_.steps;
  }
  NRNN_DEVICE int64_t StateAt(int row, int unit) const {
    return (first_row_ + row) * call_.hidden + first_unit_ + unit;
  }
  NRNN_DEVICE int64_t State(int e, int row, int unit) const {
    return whole_ ? StateAt(row, unit) : e;
  }
  NRNN_DEVICE float* GateAt(int64_t t, int row, int unit, int gate) const {
    return call_.gates +
           ((t * call_.batch + first_row_ + row) * args_.gates + gate) * call_.hidden +
           first_unit_ + unit;
  }
  NRNN_DEVICE float* AuxAt(int64_t t, int row, int unit) const {
    return call_.aux + (t * call_.batch + first_row_ + row) * call_.hidden + first_unit_ + unit;
  }
  NRNN_DEVICE const float* YAt(int64_t t, int row, int unit) const {
    return call_.y + t * call_.y_step + (first_row_ + row) * call_.y_row + first_unit_ + unit;
  }
  NRNN_DEVICE const float* DyAt(int64_t t, int row, int unit) const {
    return call_.dy + t * call_.dy_step + (first_row_ + row) * call_.dy_row + first_unit_ + unit;
  }
  NRNN_DEVICE bool ReadsAux() const {
    return call_.cell == Cell::kLstm || call_.cell == Cell::kGru;
  }
  // UnitInputs::previous of a valid step; null: zeros.
  NRNN_DEVICE const float* PreviousAt(int64_t t, int row, int unit) const {
    if (call_.cell == Cell::kRnnTanh || call_.cell == Cell::kRnnRelu) return YAt(t, row, unit);
    const int64_t before = !call_.reverse ? t - 1 : t + 1 < Length(row) ? t + 1 : -1;
    const bool lstm = call_.cell == Cell::kLstm;
    if (before >= 0) return lstm ? AuxAt(before, row, unit) : YAt(before, row, unit);
    const float* state = lstm ? call_.c0 : call_.h0;
    return state ? state + StateAt(row, unit) : nullptr;
  }

  NRNN_DEVICE UnitInputs Load(int64_t t, int row, int unit) const {
    UnitInputs in{};
    if (call_.cell != Cell::kRnnTanh && call_.cell != Cell::kRnnRelu) {
      NRNN_UNROLL
      for (int g = 0; g < kMostGates; ++g) {
        if (g < args_.gates) in.gates[g] = *GateAt(t, row, unit, g);
      }
    }
    if (ReadsAux()) in.aux = *AuxAt(t, row, unit);
    const float* previous = PreviousAt(t, row, unit);
    if (previous) in.previous = *previous;
    if (call_.dy) in.dy = *DyAt(t, row, unit);
    return in;
  }

  NRNN_DEVICE void FinishElement(int64_t s, int e, int row, int unit, bool active, float dh) {
    const int64_t t = StepAt(s), state = State(e, row, unit);
    if (!active) {
      dh_[state] = dh;
      for (int g = 0; g < args_.gates; ++g) *GateAt(t, row, unit, g) = 0.0f;
      if (call_.aux && call_.cell != Cell::kLstm) *AuxAt(t, row, unit) = 0.0f;
      return;
    }
    const bool lstm = call_.cell == Cell::kLstm, before = call_.cell == Cell::kGruResetBefore;
    const UnitGradients out =
        CellGradients(call_.cell, Load(t, row, unit), dh, lstm ? dc_[state] : 0.0f);
    dh_[state] = out.dh;
    if (lstm) dc_[state] = out.dc;
    NRNN_UNROLL
    for (int g = 0; g < kMostGates; ++g) {
      if (g >= args_.gates || (before && g == 0)) continue;  // r: FinishReset
      *GateAt(t, row, unit, g) = out.da[g];
      if (before && g == 2) {
        PublishReset(row, unit, out.exchanged[g]);
      } else {
        Publish(s, row, unit, g, out.exchanged[g]);
      }
    }
    if (call_.cell == Cell::kGru) *AuxAt(t, row, unit) = out.exchanged[2];
  }

  NRNN_DEVICE void Publish(int64_t s, int row, int unit, int gate, float value) const {
    Element* to = static_cast<Element*>(args_.exchange[s & 1]);
    to[(first_row_ + row) * width_ + (first_unit_ + unit) * args_.main.gates + gate] =
        Precision::Put(scale_.Do(value));
  }
  NRNN_DEVICE void PublishReset(int row, int unit, float value) const {
    Element* to = static_cast<Element*>(args_.reset_exchange);
    to[(first_row_ + row) * reset_width_ + first_unit_ + unit] = Precision::Put(scale_.Do(value));
  }

  const BackwardKernelArgs& args_;
  const RecurrentBackwardCall& call_;
  float* dh_;
  float* dc_;
  const bool whole_;
  int units_, unit_block_, rows_, width_, reset_width_;
  int64_t first_unit_, first_row_;
  GradientScale scale_;
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RECURRENT_BACKWARD_CUH_
