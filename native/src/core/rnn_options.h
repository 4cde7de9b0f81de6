// What a recurrent stack does beyond its cell's plain equations: the options of nrnn_rnn_config,
// checked, with defaults filled in.
#ifndef NATIVERNN_CORE_RNN_OPTIONS_H_
#define NATIVERNN_CORE_RNN_OPTIONS_H_

#include <cstdint>

#include "nativernn/nativernn.h"

namespace nrnn {

// kind is never DEFAULT once it is in a shape with options.
struct Activation {
  nrnn_activation kind = NRNN_ACTIVATION_DEFAULT;
  float alpha = 0;
  float beta = 0;
};

struct RnnOptions {
  // Whether any option is set: such plans run the general kernels.
  bool any = false;
  int64_t projection = 0;
  bool peephole = false;
  bool coupled = false;
  bool layer_norm = false;
  float norm_epsilon = 0;
  Activation gate, candidate, output;
  float cell_clip = 0;
  float projection_clip = 0;
  float zoneout_h = 0;
  float zoneout_c = 0;
  float input_dropout = 0;
  float recurrent_dropout = 0;
  float weight_dropout = 0;
  bool evaluation = false;
};

// What a mask is for: the upper bits of its Philox counters; layer and element are below. 0 is
// dropout between layers.
enum class Mask { kZoneoutH = 1, kZoneoutC = 2, kInput = 3, kRecurrent = 4, kWeight = 5 };

constexpr int64_t MaskOffset(Mask mask, int64_t layer) {
  return (static_cast<int64_t>(mask) << 50) | (layer << 40);
}

}  // namespace nrnn

#endif  // NATIVERNN_CORE_RNN_OPTIONS_H_
