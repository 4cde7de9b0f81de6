// The two passes of an elementwise recurrence over the steps of one unit of one row in one
// direction: forward from the first step to the last, backward from the last to the first. Both go
// chunk by chunk, and read the next steps while they compute. A pass is one thread's.
#ifndef NATIVERNN_CUDA_SCAN_PASSES_CUH_
#define NATIVERNN_CUDA_SCAN_PASSES_CUH_

#include "core/ops.h"
#include "cuda/fault.cuh"
#include "cuda/scan_cells.cuh"

namespace nrnn::cuda {

// Steps that are read together, while those before are computed.
constexpr int kScanAhead = 4;

// A chunk's result from any state before it: factor state + local.
struct ScanSummary {
  float factor, local;
};

struct ScanCall {
  ScanArgs args;
  int64_t chunk, chunks;  // steps of a chunk; chunks of a row of all steps
  Fault* fault;
  float* y;                 // forward
  float* hn;                // or null
  ScanGradients gradients;  // backward
  float* du;                // [D,B,H]: of each row; IND_RNN only
  ScanSummary* summaries;   // [chunks,D,B,H], where chunks run at the same time
};

// Where the numbers of one unit of one row in one direction lie.
struct ScanUnit {
  int64_t state;        // in [D,B,H]
  int64_t u;            // in [D,H]
  int64_t steps;        // that are valid; below 0: the row's length is wrong
  int64_t pads;         // that are not
  int64_t first, step;  // rows of the sequence: of the first step, and to the next
  int64_t pad, pad_step;
  int64_t gates, gates_width;  // of row 0, and from row to row
  int64_t y, y_width;
};

NRNN_DEVICE ScanUnit FindScanUnit(const ScanCall& call, int64_t index, int64_t gates) {
  const ScanArgs& args = call.args;
  const int64_t hidden = args.hidden, unit = index % hidden, lane = index / hidden;
  const int64_t row = lane % args.batch, direction = lane / args.batch;
  ScanUnit found;
  found.state = index;
  found.u = direction * hidden + unit;
  found.steps = args.steps;
  if (args.lengths) {
    const int32_t length = args.lengths[row];
    found.steps =
        CheckValue(call.fault, Argument::kLengths, row, length, 0, args.steps) ? length : -1;
  }
  const int64_t valid = found.steps < 0 ? 0 : found.steps;
  found.pads = args.steps - valid;
  found.pad_step = args.batch_first ? 1 : args.batch;
  const int64_t begin = args.batch_first ? row * args.steps : row;
  found.pad = begin + valid * found.pad_step;
  found.first = direction == 0 ? begin : found.pad - found.pad_step;
  found.step = direction == 0 ? found.pad_step : -found.pad_step;
  found.gates = direction * gates * hidden + unit;
  found.gates_width = args.directions * gates * hidden;
  found.y = direction * hidden + unit;
  found.y_width = args.directions * hidden;
  return found;
}

template <class Cell>
class ScanForwardPass {
 public:
  static constexpr bool kBounded = Cell::kBounded;

  NRNN_DEVICE ScanForwardPass(const ScanCall& call, int64_t index)
      : call_(call),
        unit_(FindScanUnit(call, index, Cell::kGates)),
        u_(call.args.u ? call.args.u[unit_.u] : 0.0f) {}

  NRNN_DEVICE int64_t steps() const { return unit_.steps; }
  NRNN_DEVICE int64_t state() const { return unit_.state; }
  // The chunk that is run as the k-th of count.
  NRNN_DEVICE int64_t Chunk(int64_t k, int64_t) const { return k; }
  NRNN_DEVICE float Start() const { return call_.args.h0 ? call_.args.h0[unit_.state] : 0.0f; }

  template <bool kState, bool kSummary>
  NRNN_DEVICE void Run(int64_t begin, int64_t end, float* state, ScanSummary* summary) {
    const int64_t gates_step = unit_.step * unit_.gates_width;
    const int64_t y_step = unit_.step * unit_.y_width;
    const int64_t row = unit_.first + begin * unit_.step;
    const float* gates = call_.args.gates + unit_.gates + row * unit_.gates_width;
    float* y = call_.y + unit_.y + row * unit_.y_width;
    Steps next = Load(gates, gates_step, end - begin);
    for (int64_t t = begin; t < end; t += kScanAhead) {
      const Steps now = next;
      gates += kScanAhead * gates_step;
      next = Load(gates, gates_step, end - t - kScanAhead);
      for (int k = 0; k < kScanAhead; ++k) {
        if (t + k >= end) break;
        const Cell cell(now.gates[k], u_);
        if constexpr (kState) {
          *state = cell.Next(*state);
          *y = *state;
          y += y_step;
        }
        if constexpr (kSummary) {
          summary->factor = Multiply(cell.Factor(), summary->factor);
          summary->local = cell.Next(summary->local);
        }
      }
    }
  }

  NRNN_DEVICE void Finish(float state) { Finish(state, 0.0f); }
  // For a row whose length is wrong.
  NRNN_DEVICE void Spoil() { Finish(NotANumber(), NotANumber()); }

 private:
  struct Steps {
    float gates[kScanAhead][Cell::kGates];
  };

  // left: steps before the end.
  NRNN_DEVICE Steps Load(const float* gates, int64_t step, int64_t left) const {
    Steps loaded;
    for (int k = 0; k < kScanAhead; ++k) {
      for (int gate = 0; gate < Cell::kGates; ++gate) {
        loaded.gates[k][gate] = k < left ? gates[k * step + gate * call_.args.hidden] : 0.0f;
      }
    }
    return loaded;
  }

  NRNN_DEVICE void Finish(float state, float padding) {
    if (call_.hn) call_.hn[unit_.state] = state;
    float* y = call_.y + unit_.y + unit_.pad * unit_.y_width;
    for (int64_t k = 0; k < unit_.pads; ++k) y[k * unit_.pad_step * unit_.y_width] = padding;
  }

  const ScanCall& call_;
  const ScanUnit unit_;
  const float u_;
};

template <class Cell>
class ScanBackwardPass {
 public:
  static constexpr bool kBounded = Cell::kBounded;

  NRNN_DEVICE ScanBackwardPass(const ScanCall& call, int64_t index)
      : call_(call),
        unit_(FindScanUnit(call, index, Cell::kGates)),
        u_(call.args.u ? call.args.u[unit_.u] : 0.0f) {}

  NRNN_DEVICE int64_t steps() const { return unit_.steps; }
  NRNN_DEVICE int64_t state() const { return unit_.state; }
  NRNN_DEVICE int64_t Chunk(int64_t k, int64_t count) const { return count - 1 - k; }
  // Of the gradient of the state behind the last step.
  NRNN_DEVICE float Start() const {
    return call_.gradients.dhn ? call_.gradients.dhn[unit_.state] : 0.0f;
  }

  // Steps end - 1, end - 2, ..., begin. dgates may be the gates: each step is read before it is
  // written.
  template <bool kState, bool kSummary>
  NRNN_DEVICE void Run(int64_t begin, int64_t end, float* dh, ScanSummary* summary) {
    if (begin == end) return;
    float h = call_.gradients.y[YAt(end - 1)];
    Steps next = Load(begin, end);
    for (int64_t t = end; t > begin; t -= kScanAhead) {
      const Steps now = next;
      if (t - kScanAhead > begin) next = Load(begin, t - kScanAhead);
      for (int k = 0; k < kScanAhead; ++k) {
        if (t - 1 - k < begin) break;
        const Cell cell(now.gates[k], u_);
        if constexpr (kState) {
          float d[Cell::kGates];
          *dh = cell.Back({now.before[k], h, Add(now.dy[k], *dh)}, d, &du_);
          float* to = call_.gradients.dgates + GatesAt(t - 1 - k);
          for (int gate = 0; gate < Cell::kGates; ++gate) to[gate * call_.args.hidden] = d[gate];
          h = now.before[k];
        }
        if constexpr (kSummary) {
          summary->factor = Multiply(cell.Factor(), summary->factor);
          summary->local = Multiply(cell.Factor(), Add(now.dy[k], summary->local));
        }
      }
    }
  }

  NRNN_DEVICE void Finish(float dh) { Finish(dh, 0.0f); }
  NRNN_DEVICE void Spoil() {
    du_ = NotANumber();
    Finish(NotANumber(), NotANumber());
  }

 private:
  // Of steps t - 1, t - 2, ...
  struct Steps {
    float gates[kScanAhead][Cell::kGates], before[kScanAhead], dy[kScanAhead];
  };

  NRNN_DEVICE int64_t GatesAt(int64_t t) const {
    return unit_.gates + (unit_.first + t * unit_.step) * unit_.gates_width;
  }
  NRNN_DEVICE int64_t YAt(int64_t t) const {
    return unit_.y + (unit_.first + t * unit_.step) * unit_.y_width;
  }

  // Steps before begin are zeros.
  NRNN_DEVICE Steps Load(int64_t begin, int64_t t) const {
    Steps loaded;
    for (int k = 0; k < kScanAhead; ++k) {
      const int64_t at = t - 1 - k;
      const bool valid = at >= begin;
      for (int gate = 0; gate < Cell::kGates; ++gate) {
        loaded.gates[k][gate] =
            valid ? call_.args.gates[GatesAt(at) + gate * call_.args.hidden] : 0.0f;
      }
      loaded.dy[k] = valid && call_.gradients.dy ? call_.gradients.dy[YAt(at)] : 0.0f;
      loaded.before[k] = valid && at > 0 ? call_.gradients.y[YAt(at - 1)] : 0.0f;
      if (at == 0 && call_.args.h0) loaded.before[k] = call_.args.h0[unit_.state];
    }
    return loaded;
  }

  NRNN_DEVICE void Finish(float dh, float padding) {
    if (call_.gradients.dh0) call_.gradients.dh0[unit_.state] = dh;
    if (call_.du) call_.du[unit_.state] = du_;
    for (int64_t k = 0; k < unit_.pads; ++k) {
      const int64_t row = unit_.pad + k * unit_.pad_step;
      float* to = call_.gradients.dgates + unit_.gates + row * unit_.gates_width;
      for (int gate = 0; gate < Cell::kGates; ++gate) to[gate * call_.args.hidden] = padding;
    }
  }

  const ScanCall& call_;
  const ScanUnit unit_;
  const float u_;
  float du_ = 0;
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_SCAN_PASSES_CUH_
