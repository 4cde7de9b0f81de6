// Wrong options of recurrent plans, where the options' weights lie, and what streams refuse.
#include <gtest/gtest.h>

#include <limits>

#include "abi_wrong_calls.h"

namespace nrnn::test {
namespace {

struct World {
  Outputs outputs;
  Device device{1};
  nrnn_rnn_config lstm = PlainConfig(NRNN_CELL_LSTM, 0, 1, 1, 0, 1, 4, 5);
  nrnn_rnn_config gru = PlainConfig(NRNN_CELL_GRU, 1, 1, 1, 0, 1, 4, 5);
  nrnn_rnn_config rnn = PlainConfig(NRNN_CELL_RNN_TANH, 0, 1, 1, 0, 1, 4, 5);

  nrnn_status Create(const nrnn_rnn_config& config) {
    nrnn_rnn* created = nullptr;
    const nrnn_status status = nrnn_rnn_create(device.get(), &config, &created);
    EXPECT_EQ(status == NRNN_OK, created != nullptr);
    nrnn_rnn_close(created);
    return status;
  }
};

using W = World;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A call that sets one field of one config.
#define NRNN_WRONG_OPTION(Name, config, field, value, argument)                               \
  {                                                                                           \
    Name, "nrnn_rnn_create", [](W& w) { return w.config.field = value, w.Create(w.config); }, \
        argument                                                                              \
  }

const WrongCall<World> kCalls[] = {
    NRNN_WRONG_OPTION("ProjectionRight", lstm, projection_size, 4, nullptr),
    NRNN_WRONG_OPTION("ProjectionNegative", lstm, projection_size, -1, "projection_size"),
    NRNN_WRONG_OPTION("ProjectionAsLarge", lstm, projection_size, 5, "projection_size"),
    NRNN_WRONG_OPTION("ProjectionOfGru", gru, projection_size, 4, "projection_size"),
    NRNN_WRONG_OPTION("PeepholeTwo", lstm, peephole, 2, "peephole"),
    NRNN_WRONG_OPTION("PeepholeOfGru", gru, peephole, 1, "peephole"),
    NRNN_WRONG_OPTION("CoupledNegative", lstm, coupled, -1, "coupled"),
    NRNN_WRONG_OPTION("CoupledOfRnn", rnn, coupled, 1, "coupled"),
    NRNN_WRONG_OPTION("NormRight", gru, layer_norm, 1, nullptr),
    NRNN_WRONG_OPTION("NormTwo", gru, layer_norm, 2, "layer_norm"),
    NRNN_WRONG_OPTION("EpsilonNegative", gru, norm_epsilon, -1e-5f, "norm_epsilon"),
    NRNN_WRONG_OPTION("EpsilonNan", gru, norm_epsilon, kNan, "norm_epsilon"),
    NRNN_WRONG_OPTION("GateActivationUnknown", lstm, gate_activation, 8, "gate_activation"),
    NRNN_WRONG_OPTION("GateActivationOfRnn", rnn, gate_activation, NRNN_ACTIVATION_RELU,
                      "gate_activation"),
    NRNN_WRONG_OPTION("GateAlphaInfinite", lstm, gate_alpha, kInfinity, "gate_alpha"),
    NRNN_WRONG_OPTION("CandidateActivationNegative", gru, candidate_activation, -1,
                      "candidate_activation"),
    NRNN_WRONG_OPTION("CandidateBetaNan", gru, candidate_beta, kNan, "candidate_beta"),
    NRNN_WRONG_OPTION("OutputActivationOfGru", gru, output_activation, NRNN_ACTIVATION_TANH,
                      "output_activation"),
    {"EluNegative", "nrnn_rnn_create",
     [](W& w) {
       w.lstm.output_activation = NRNN_ACTIVATION_ELU;
       w.lstm.output_alpha = -1;
       return w.Create(w.lstm);
     },
     "output_alpha"},
    NRNN_WRONG_OPTION("CellClipNegative", lstm, cell_clip, -1, "cell_clip"),
    NRNN_WRONG_OPTION("CellClipOfGru", gru, cell_clip, 1, "cell_clip"),
    NRNN_WRONG_OPTION("ProjectionClipWithoutProjection", lstm, projection_clip, 1,
                      "projection_clip"),
    NRNN_WRONG_OPTION("ZoneoutHOne", gru, zoneout_h, 1, "zoneout_h"),
    NRNN_WRONG_OPTION("ZoneoutCOfGru", gru, zoneout_c, 0.5f, "zoneout_c"),
    NRNN_WRONG_OPTION("InputDropoutNegative", rnn, input_dropout, -0.1f, "input_dropout"),
    NRNN_WRONG_OPTION("RecurrentDropoutNan", rnn, recurrent_dropout, kNan, "recurrent_dropout"),
    NRNN_WRONG_OPTION("WeightDropoutOne", rnn, weight_dropout, 1, "weight_dropout"),
    NRNN_WRONG_OPTION("EvaluationTwo", rnn, evaluation, 2, "evaluation"),
};
#undef NRNN_WRONG_OPTION
NRNN_TEST_WRONG_CALLS(AbiVariantPlan, World, kCalls);

nrnn_rnn_config AllWeights() {
  nrnn_rnn_config config = PlainConfig(NRNN_CELL_LSTM, 0, 2, 2, 0, 1, 4, 5);
  config.projection_size = 3;
  config.peephole = config.layer_norm = 1;
  return config;
}

TEST(AbiVariantWeights, LieOneAfterAnother) {
  const Device device(1);
  const Rnn rnn(device, AllWeights());
  int64_t expected = 0;
  for (int32_t layer = 0; layer < 2; ++layer) {
    for (int32_t direction = 0; direction < 2; ++direction) {
      const int64_t rows[] = {20, 20, 20, 20, 3, 15, 20, 20, 5, 5};
      const int64_t columns[] = {layer == 0 ? 4 : 6, 3, 1, 1, 5, 1, 1, 1, 1, 1};
      for (int32_t kind = NRNN_WEIGHT_IH; kind <= NRNN_WEIGHT_NORM_CELL_BIAS; ++kind) {
        const nrnn_rnn_weight weight = {layer, direction, kind};
        nrnn_rnn_weight_location location;
        Check(nrnn_rnn_locate_weight(rnn.get(), &weight, &location));
        EXPECT_EQ(location.offset, expected);
        EXPECT_EQ(location.rows, rows[kind]);
        EXPECT_EQ(location.columns, columns[kind]);
        expected += rows[kind] * columns[kind];
      }
    }
  }
  EXPECT_EQ(rnn.ParamsLength(), expected);
}

TEST(AbiVariantStreams, RefuseOptions) {
  const Device device(1);
  nrnn_rnn_config config = PlainConfig(NRNN_CELL_LSTM, 0, 1, 1, 0, 1, 4, 5);
  config.peephole = 1;
  const Rnn rnn(device, config);
  const Buffer params(device, rnn.ParamsLength());
  nrnn_weights* weights = nullptr;
  EXPECT_EQ(nrnn_weights_pack(rnn.get(), params.get(), NRNN_WEIGHT_STORAGE_FLOAT32, &weights),
            NRNN_UNSUPPORTED);
  EXPECT_EQ(weights, nullptr);
  EXPECT_NE(std::string(nrnn_last_error()).find("options"), std::string::npos);
}

}  // namespace
}  // namespace nrnn::test
