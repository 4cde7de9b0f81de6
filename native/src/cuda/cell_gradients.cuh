// The gradients of one hidden unit of one row and step, from what the forward pass left:
//
//   LSTM          do = dh tc   dc += dh o (1 - tc^2)   di = dc g   df = dc c'   dg = dc i   dc' =
//   dc f,
//                 with tc = tanh(c);  da_i = di i (1 - i), f and o alike;  da_g = dg (1 - g^2)
//   GRU           da_n = dh (1 - z) (1 - n^2)   dq = da_n r   dr = da_n q   dz = dh (h' - n)
//                 dh' = z dh + ..., where ... is the product [da_r da_z dq] W_hh
//   reset before  da_n, dz as above; with p = da_n W_hn: dr = p h'   dh' = z dh + r p + ...
//   RNN           da = dh (1 - h^2), or dh where h > 0
#ifndef NATIVERNN_CUDA_CELL_GRADIENTS_CUH_
#define NATIVERNN_CUDA_CELL_GRADIENTS_CUH_

#include "core/layout.h"
#include "cuda/math.cuh"

namespace nrnn::cuda {

constexpr int kMostGates = 4;

struct UnitInputs {
  float gates[kMostGates];  // LSTM i f g o, GRU r z n
  float aux;                // LSTM c, GRU q
  float previous;           // LSTM c', GRU h'; RNN: h itself
  float dy;
};

struct UnitGradients {
  float da[kMostGates];         // of the pre-activations
  float exchanged[kMostGates];  // of what W_hh's rows gave: da, but dq for GRU's n
  float dh;                     // the part of dh' that comes without W_hh
  float dc;                     // dc'
};

NRNN_DEVICE UnitGradients LstmGradients(const UnitInputs& in, float dh, float dc) {
  const float i = in.gates[0], f = in.gates[1], g = in.gates[2], o = in.gates[3];
  const float tanh_c = Tanh(in.aux);
  const float dho = dh * o;
  const float dc_all = dc + dho * (1.0f - tanh_c * tanh_c);
  UnitGradients out{};
  out.da[0] = dc_all * g * (i - i * i);
  out.da[1] = dc_all * in.previous * (f - f * f);
  out.da[2] = dc_all * i * (1.0f - g * g);
  out.da[3] = dho * tanh_c * (1.0f - o);
  out.dc = dc_all * f;
  NRNN_UNROLL
  for (int k = 0; k < 4; ++k) out.exchanged[k] = out.da[k];
  return out;
}

// Reset before: da_r is not known yet, and dh lacks r p (AddResetGradient).
NRNN_DEVICE UnitGradients GruGradients(const UnitInputs& in, float dh, bool reset_after) {
  const float r = in.gates[0], z = in.gates[1], n = in.gates[2];
  UnitGradients out{};
  out.da[2] = dh * (1.0f - z) * (1.0f - n * n);
  out.da[1] = dh * (in.previous - n) * (z - z * z);
  out.da[0] = reset_after ? out.da[2] * in.aux * (r - r * r) : 0.0f;
  out.exchanged[0] = out.da[0];
  out.exchanged[1] = out.da[1];
  out.exchanged[2] = reset_after ? out.da[2] * r : out.da[2];
  out.dh = dh * z;
  return out;
}

// da_r of reset before.
NRNN_DEVICE float ResetGradient(float r, float p, float h_before) {
  return p * h_before * (r - r * r);
}

NRNN_DEVICE UnitGradients SimpleRnnGradients(const UnitInputs& in, float dh, bool relu) {
  const float h = in.previous;
  UnitGradients out{};
  out.da[0] = !relu ? dh * (1.0f - h * h) : h > 0.0f ? dh : 0.0f;
  out.exchanged[0] = out.da[0];
  return out;
}

// dh: the whole gradient of h, but for dy. dc: of c from the step after; LSTM.
NRNN_DEVICE UnitGradients CellGradients(Cell cell, const UnitInputs& in, float dh, float dc) {
  const float all = dh + in.dy;
  switch (cell) {
    case Cell::kLstm:
      return LstmGradients(in, all, dc);
    case Cell::kGru:
      return GruGradients(in, all, true);
    case Cell::kGruResetBefore:
      return GruGradients(in, all, false);
    case Cell::kRnnTanh:
      return SimpleRnnGradients(in, all, false);
    default:
      return SimpleRnnGradients(in, all, true);
  }
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_CELL_GRADIENTS_CUH_
