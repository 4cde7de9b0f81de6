#include "stream_run.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "numbers.h"
#include "selection.h"

namespace nrnn::test {
namespace {

double RoundedToBFloat16(double value) {
  const float single = static_cast<float>(value);
  uint32_t bits;
  std::memcpy(&bits, &single, sizeof(bits));
  const uint32_t below = bits & 0xFFFF;
  bits -= below;
  const bool odd = (bits >> 16 & 1) != 0;
  if (below > 0x8000 || (below == 0x8000 && odd)) bits += 0x10000;
  float rounded;
  std::memcpy(&rounded, &bits, sizeof(rounded));
  return static_cast<double>(rounded);
}

// One row: whole numbers of -127..127 times the largest / 127.
void QuantizeRow(double* row, int64_t length) {
  double largest = 0;
  for (int64_t k = 0; k < length; ++k) largest = std::max(largest, std::abs(row[k]));
  if (largest == 0) return;
  const double scale = static_cast<double>(static_cast<float>(largest) / 127);
  for (int64_t k = 0; k < length; ++k) row[k] = scale * std::nearbyint(row[k] / scale);
}

// Roundings of a step in units of float's: an input of int8 weights is off by half a step of 1 in
// 32767 of the largest, 2^-16, where a float's epsilon is 2^-23.
double RoundingSize(nrnn_weight_storage storage) {
  return storage == NRNN_WEIGHT_STORAGE_INT8 ? 128 : 1;
}

}  // namespace

std::string StorageName(nrnn_weight_storage storage) {
  switch (storage) {
    case NRNN_WEIGHT_STORAGE_FLOAT32:
      return "float32";
    case NRNN_WEIGHT_STORAGE_BFLOAT16:
      return "bfloat16";
    case NRNN_WEIGHT_STORAGE_INT8:
      return "int8";
  }
  return "unknown";
}

RnnCase StreamCase(Cell cell, int64_t steps, int64_t batch, int64_t input, int64_t hidden) {
  RnnCase rnn_case;
  rnn_case.shape.cell = cell;
  rnn_case.shape.input = input;
  rnn_case.shape.hidden = hidden;
  rnn_case.steps = steps;
  rnn_case.batch = batch;
  rnn_case.training = false;
  return rnn_case;
}

StreamState ReadState(const Stream& stream, const RnnCase& rnn_case) {
  const RnnShape& shape = rnn_case.shape;
  const auto length = static_cast<size_t>(shape.layers * rnn_case.batch * shape.hidden);
  StreamState state;
  state.h.assign(length, std::numeric_limits<float>::quiet_NaN());
  if (shape.cell == Cell::kLstm) state.c = state.h;
  Check(nrnn_stream_read_state(stream.get(), state.h.data(), static_cast<int64_t>(state.h.size()),
                               state.c.empty() ? nullptr : state.c.data(),
                               static_cast<int64_t>(state.c.size())));
  return state;
}

void WriteState(const Stream& stream, const StreamState& state) {
  Check(nrnn_stream_write_state(stream.get(), state.h.data(), static_cast<int64_t>(state.h.size()),
                                state.c.empty() ? nullptr : state.c.data(),
                                static_cast<int64_t>(state.c.size())));
}

Weights PackCase(const Device& device, const RnnCase& rnn_case, nrnn_weight_storage storage) {
  const Rnn rnn(device, rnn_case.Config());
  return Weights(rnn, Buffer(device, MakeSequence(rnn_case).params), storage);
}

RnnResults RunStream(const Weights& weights, const RnnCase& rnn_case,
                     const std::vector<int64_t>& split) {
  const auto sequence = MakeSequence(rnn_case);
  const std::vector<float> x = Floats(sequence.x);
  const Stream stream(weights, rnn_case.batch);
  if (rnn_case.states) WriteState(stream, {Floats(sequence.h0), Floats(sequence.c0)});
  RnnResults results;
  auto from = x.begin();
  for (const int64_t steps : split) {
    const auto to = from + steps * rnn_case.batch * rnn_case.shape.input;
    const std::vector<float> y = stream.Run(steps, std::vector<float>(from, to),
                                            steps * rnn_case.batch * rnn_case.shape.hidden);
    results.y.insert(results.y.end(), y.begin(), y.end());
    from = to;
  }
  const StreamState state = ReadState(stream, rnn_case);
  results.hn = state.h;
  results.cn = state.c;
  return results;
}

std::vector<double> StoredParams(const RnnShape& shape, const std::vector<double>& params,
                                 nrnn_weight_storage storage) {
  std::vector<double> stored = params;
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    const LayerParams at = LocateLayer(shape, layer, 0);
    const struct {
      int64_t offset, columns;
    } matrices[] = {{at.weight_ih, shape.LayerInput(layer)}, {at.weight_hh, shape.hidden}};
    for (const auto& matrix : matrices) {
      for (int64_t row = 0; row < shape.GateRows(); ++row) {
        double* first = stored.data() + matrix.offset + row * matrix.columns;
        if (storage == NRNN_WEIGHT_STORAGE_INT8) QuantizeRow(first, matrix.columns);
        if (storage == NRNN_WEIGHT_STORAGE_BFLOAT16) {
          std::transform(first, first + matrix.columns, first, RoundedToBFloat16);
        }
      }
    }
  }
  return stored;
}

testing::AssertionResult CheckStream(const Device& device, const RnnCase& rnn_case,
                                     nrnn_weight_storage storage) {
  const RnnShape& shape = rnn_case.shape;
  auto sequence = MakeSequence(rnn_case);
  const Weights weights = PackCase(device, rnn_case, storage);
  const RnnResults got = RunStream(weights, rnn_case, {rnn_case.steps});
  sequence.params = StoredParams(shape, sequence.params, storage);
  RnnShape time_major = shape;
  time_major.batch_first = false;
  const auto want = reference::RnnForward(time_major, sequence);
  // terms: of one pre-activation, times the steps and layers through which roundings travel.
  const double terms = static_cast<double>((std::max(shape.input, shape.hidden) + shape.hidden) *
                                           rnn_case.steps * shape.layers);
  const struct {
    const char* name;
    const std::vector<float>& got;
    const std::vector<double>& want;
  } arrays[] = {{" y", got.y, want.y}, {" h", got.hn, want.hn}, {" c", got.cn, want.cn}};
  for (const auto& array : arrays) {
    const auto near =
        Near(array.got, array.want, SumTolerance(terms, array.want, 4 * RoundingSize(storage)),
             Repro(rnn_case.Name()) + " " + StorageName(storage) + array.name);
    if (!near) return near;
  }
  return testing::AssertionSuccess();
}

}  // namespace nrnn::test
