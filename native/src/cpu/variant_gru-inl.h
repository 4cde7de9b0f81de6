// GRU with options, one row at one step; ax, ah: the parts of x and of h', normalised and with
// their biases; h: h', hd: what W_hh multiplies, h' after its dropout.
//
//   r, z = gate(ax + ah)   n = candidate(ax + r ah)   out = n + z (h' - n)
//   reset before: ah of n is the product of r hd, and n = candidate(ax + ah)
//
// backward: dn = dout (1 - z)   dz = dout (h' - n)   da_n = dn candidate'
//   reset after: dr = da_n ah, and n's product takes da_n r
//   reset before, p the gradient of r hd: dr = p hd, and r p goes on to hd
//
// Layout: gates r z n; hidden_part alike.
#ifndef NATIVERNN_CPU_VARIANT_GRU_INL_H_
#define NATIVERNN_CPU_VARIANT_GRU_INL_H_

#include "cpu/activation-inl.h"
#include "cpu/variant_kernels.h"

namespace nrnn::cpu::NRNN_TARGET {

inline void AddTo(const float* a, int64_t count, float* y) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(hn::Add(Load(y + k, lanes), Load(a + k, lanes)), y + k, lanes);
  });
}

inline void GruGates(const VariantCell& cell, const VariantRow& row) {
  AddTo(row.hidden_part, 2 * cell.hidden, row.gates);
  Activate(cell.gate, row.gates, 2 * cell.hidden, row.gates);
}

// r h', for the second product.
inline void GruReset(const VariantCell& cell, const VariantRow& row) {
  GruGates(cell, row);
  ForVectors(cell.hidden, [&](int64_t k, size_t lanes) {
    Store(hn::Mul(Load(row.gates + k, lanes), Load(row.h_product + k, lanes)), row.reset_hidden + k,
          lanes);
  });
}

inline void GruOutput(const VariantCell& cell, const VariantRow& row) {
  const int64_t hidden = cell.hidden;
  float* n = row.gates + 2 * hidden;
  const float* q = row.hidden_part + 2 * hidden;
  if (cell.cell == Cell::kGru) {
    ForVectors(hidden, [&](int64_t k, size_t lanes) {
      const FloatVec r = Load(row.gates + k, lanes);
      Store(hn::MulAdd(r, Load(q + k, lanes), Load(n + k, lanes)), n + k, lanes);
    });
  } else {
    AddTo(q, hidden, n);
  }
  Activate(cell.candidate, n, hidden, n);
  ForVectors(hidden, [&](int64_t k, size_t lanes) {
    const FloatVec fresh = Load(n + k, lanes), z = Load(row.gates + hidden + k, lanes);
    const FloatVec h = Load(row.h_before + k, lanes);
    Store(hn::MulAdd(z, hn::Sub(h, fresh), fresh), row.out + k, lanes);
  });
}

// da_z and da_n in place; the direct part of dh'.
inline void GruOutputBackward(const VariantCell& cell, const VariantGradientRow& row) {
  const int64_t hidden = cell.hidden;
  const FloatVec one = Constant(1.0f);
  float* z = row.gates + hidden;
  float* n = z + hidden;
  float* dz = row.scratch;
  float* dn = row.scratch + hidden;
  ForVectors(hidden, [&](int64_t k, size_t lanes) {
    const FloatVec dout = Load(row.dout + k, lanes), z_k = Load(z + k, lanes);
    const FloatVec apart = hn::Sub(Load(row.h_before + k, lanes), Load(n + k, lanes));
    Store(hn::Mul(dout, apart), dz + k, lanes);
    Store(hn::Mul(dout, hn::Sub(one, z_k)), dn + k, lanes);
    Store(hn::MulAdd(dout, z_k, Load(row.dh_direct + k, lanes)), row.dh_direct + k, lanes);
  });
  ActivateBackward(cell.gate, z, dz, hidden, z);
  ActivateBackward(cell.candidate, n, dn, hidden, n);
}

// hidden_part becomes [da_r da_z da_n r].
inline void GruAfterBackward(const VariantCell& cell, const VariantGradientRow& row) {
  const int64_t hidden = cell.hidden;
  GruOutputBackward(cell, row);
  const float* da_n = row.gates + 2 * hidden;
  float* q = row.hidden_part + 2 * hidden;
  float* dr = row.scratch;
  ForVectors(hidden, [&](int64_t k, size_t lanes) {
    const FloatVec da = Load(da_n + k, lanes), r = Load(row.gates + k, lanes);
    Store(hn::Mul(da, Load(q + k, lanes)), dr + k, lanes);
    Store(hn::Mul(da, r), q + k, lanes);
  });
  ActivateBackward(cell.gate, row.gates, dr, hidden, row.gates);
  for (int64_t k = 0; k < 2 * hidden; ++k) row.hidden_part[k] = row.gates[k];
}

// First part: hidden_part's n becomes da_n.
inline void GruBeforeBackward(const VariantCell& cell, const VariantGradientRow& row) {
  GruOutputBackward(cell, row);
  for (int64_t k = 2 * cell.hidden; k < 3 * cell.hidden; ++k) row.hidden_part[k] = row.gates[k];
}

// Second part, with p = dreset: da_r, and r p for the gradient of hd.
inline void GruResetBackward(const VariantCell& cell, const VariantGradientRow& row,
                             const float* dreset) {
  const int64_t hidden = cell.hidden;
  float* dr = row.scratch;
  ForVectors(hidden, [&](int64_t k, size_t lanes) {
    const FloatVec p = Load(dreset + k, lanes);
    Store(hn::Mul(p, Load(row.h_product + k, lanes)), dr + k, lanes);
    Store(hn::Mul(p, Load(row.gates + k, lanes)), row.dh_product + k, lanes);
  });
  ActivateBackward(cell.gate, row.gates, dr, hidden, row.gates);
  for (int64_t k = 0; k < 2 * hidden; ++k) row.hidden_part[k] = row.gates[k];
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_VARIANT_GRU_INL_H_
