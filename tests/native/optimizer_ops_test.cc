// Optimisers and clipping against the reference: several steps at every length.
#include <algorithm>
#include <iterator>
#include <limits>

#include "ops_fixture.h"
#include "reference/optimizers.h"

namespace nrnn::test {
namespace {

using OptimizerOps = OpsTest;

constexpr int kSteps = 4;

// float options, as doubles for the reference.
double Exact(float value) { return static_cast<double>(value); }

// A parameter, its gradients in each step and the optimiser's state, here and in the reference.
class Training {
 public:
  Training(const Device& device, int64_t length, uint64_t seed)
      : numbers_(seed),
        want_(numbers_.Reals(length)),
        first_(want_.size()),
        second_(want_.size()),
        parameter(device, want_, 1),
        gradient(device, first_, 2),
        first(device, first_, 3),
        second(device, second_, 5) {}

  // New gradients, for both.
  std::vector<double> Draw() {
    const auto values = numbers_.Reals(static_cast<int64_t>(want_.size()));
    const auto floats = Floats(values);
    Check(nrnn_buffer_write(gradient.get(), 0, floats.data(), static_cast<int64_t>(floats.size())));
    return values;
  }

  void ExpectSame(const std::string& what) const {
    // terms: a handful of roundings in each step.
    EXPECT_TRUE(Near(parameter.Read(), want_, SumTolerance(kSteps, want_), what));
    EXPECT_TRUE(Near(first.Read(), first_, SumTolerance(kSteps, first_), what));
    EXPECT_TRUE(Near(second.Read(), second_, SumTolerance(kSteps, second_), what));
    EXPECT_TRUE(Same(gradient.Read(), std::vector<double>(want_.size()), what));
    EXPECT_TRUE(parameter.Alone() && gradient.Alone() && first.Alone() && second.Alone()) << what;
  }

 private:
  Numbers numbers_;

 public:
  std::vector<double> want_, first_, second_;
  Placed parameter, gradient, first, second;
};

// The handles of one parameter, as arrays of one.
struct Handles {
  explicit Handles(const Training& training)
      : parameter(training.parameter.get()),
        gradient(training.gradient.get()),
        first(training.first.get()),
        second(training.second.get()) {}
  nrnn_buffer *parameter, *gradient, *first, *second;
};

// The gradient as an optimiser sees it that cuts it to [-clip, clip]; 0: it does not.
std::vector<double> Cut(std::vector<double> gradient, float clip) {
  for (double& g : gradient) {
    if (clip > 0) g = std::min(std::max(g, -Exact(clip)), Exact(clip));
  }
  return gradient;
}

void TrainAdam(Training& training, float weight_decay, bool decoupled, float clip = 0) {
  const Handles of(training);
  for (int64_t step = 1; step <= kSteps; ++step) {
    auto gradient = Cut(training.Draw(), clip);
    const nrnn_adam_args args = {0.01f,        0.9f,      0.99f,     1e-6f, weight_decay,
                                 clip,         decoupled, step,      1,     &of.parameter,
                                 &of.gradient, &of.first, &of.second};
    Check(nrnn_adam_step(&args));
    reference::AdamStep<double>(
        {Exact(0.01f), Exact(0.9f), Exact(0.99f), Exact(1e-6f), Exact(weight_decay), decoupled},
        step, training.want_, gradient, training.first_, training.second_);
  }
}

void TrainSgd(Training& training, float momentum, float weight_decay, bool nesterov,
              float clip = 0) {
  const Handles of(training);
  std::vector<double> none;
  for (int step = 0; step < kSteps; ++step) {
    auto gradient = Cut(training.Draw(), clip);
    const nrnn_sgd_args args = {0.1f,          momentum,     weight_decay,
                                clip,          nesterov,     1,
                                &of.parameter, &of.gradient, momentum == 0 ? nullptr : &of.first};
    Check(nrnn_sgd_step(&args));
    reference::SgdStep<double>({Exact(0.1f), Exact(momentum), Exact(weight_decay), nesterov},
                               training.want_, gradient, momentum == 0 ? none : training.first_);
  }
}

void TrainRmsprop(Training& training, float momentum, float weight_decay, float clip = 0) {
  const Handles of(training);
  std::vector<double> none;
  for (int step = 0; step < kSteps; ++step) {
    auto gradient = Cut(training.Draw(), clip);
    const nrnn_rmsprop_args args = {0.01f,
                                    0.9f,
                                    1e-6f,
                                    momentum,
                                    weight_decay,
                                    clip,
                                    1,
                                    &of.parameter,
                                    &of.gradient,
                                    &of.first,
                                    momentum == 0 ? nullptr : &of.second};
    Check(nrnn_rmsprop_step(&args));
    reference::RmspropStep<double>(
        {Exact(0.01f), Exact(0.9f), Exact(1e-6f), Exact(momentum), Exact(weight_decay)},
        training.want_, gradient, training.first_, momentum == 0 ? none : training.second_);
  }
}

void TrainAdagrad(Training& training, float weight_decay, float clip = 0) {
  const Handles of(training);
  for (int step = 0; step < kSteps; ++step) {
    auto gradient = Cut(training.Draw(), clip);
    const nrnn_adagrad_args args = {0.1f, 1e-6f,         weight_decay, clip,
                                    1,    &of.parameter, &of.gradient, &of.first};
    Check(nrnn_adagrad_step(&args));
    reference::AdagradStep<double>({Exact(0.1f), Exact(1e-6f), Exact(weight_decay)}, training.want_,
                                   gradient, training.first_);
  }
}

void TrainLion(Training& training, float weight_decay, float clip = 0) {
  const Handles of(training);
  for (int step = 0; step < kSteps; ++step) {
    auto gradient = Cut(training.Draw(), clip);
    const nrnn_lion_args args = {0.01f, 0.9f,          0.99f,        weight_decay, clip,
                                 1,     &of.parameter, &of.gradient, &of.first};
    Check(nrnn_lion_step(&args));
    reference::LionStep<double>({Exact(0.01f), Exact(0.9f), Exact(0.99f), Exact(weight_decay)},
                                training.want_, gradient, training.first_);
  }
}

TEST_P(OptimizerOps, StepsMatchReferenceAtEveryLength) {
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    const std::string n = "n" + std::to_string(length);
    const auto train = [&](const std::string& what, const auto& steps) {
      Training training(one(), length, static_cast<uint64_t>(length));
      steps(training);
      training.ExpectSame(what + "_" + n);
    };
    train("adam", [](Training& t) { TrainAdam(t, 0, false); });
    train("adam_decay", [](Training& t) { TrainAdam(t, 0.1f, false); });
    train("adamw", [](Training& t) { TrainAdam(t, 0.1f, true); });
    train("sgd", [](Training& t) { TrainSgd(t, 0, 0, false); });
    train("sgd_momentum", [](Training& t) { TrainSgd(t, 0.9f, 0.1f, false); });
    train("sgd_nesterov", [](Training& t) { TrainSgd(t, 0.9f, 0.1f, true); });
    train("rmsprop", [](Training& t) { TrainRmsprop(t, 0, 0); });
    train("rmsprop_momentum", [](Training& t) { TrainRmsprop(t, 0.5f, 0.1f); });
    train("adagrad", [](Training& t) { TrainAdagrad(t, 0); });
    train("adagrad_decay", [](Training& t) { TrainAdagrad(t, 0.1f); });
    train("lion", [](Training& t) { TrainLion(t, 0); });
    train("lion_decay", [](Training& t) { TrainLion(t, 0.1f); });
    train("adam_clip", [](Training& t) { TrainAdam(t, 0.1f, false, 0.3f); });
    train("sgd_clip", [](Training& t) { TrainSgd(t, 0.9f, 0.1f, true, 0.3f); });
    train("rmsprop_clip", [](Training& t) { TrainRmsprop(t, 0.5f, 0.1f, 0.3f); });
    train("adagrad_clip", [](Training& t) { TrainAdagrad(t, 0.1f, 0.3f); });
    train("lion_clip", [](Training& t) { TrainLion(t, 0.1f, 0.3f); });
  }
}

TEST_P(OptimizerOps, ThreadsGiveTheSameBits) {
  const auto run = [](const Device& device) {
    Training training(device, 70001, 1);
    TrainAdam(training, 0.1f, true);
    TrainSgd(training, 0.9f, 0, true);
    TrainRmsprop(training, 0.9f, 0);
    TrainAdagrad(training, 0.1f, 0.5f);
    TrainLion(training, 0.1f);
    return training.parameter.Read();
  };
  ExpectSameBits(run, "optimisers");
}

// Tensors of a model: none, one element, some vectors, and more than one task's worth.
constexpr int64_t kLengths[] = {1, 0, 37, 20011, 5, 16384, 3};

struct Model {
  explicit Model(const Device& device)
      : Model(device, std::vector<int64_t>(std::begin(kLengths), std::end(kLengths))) {}
  Model(const Device& device, const std::vector<int64_t>& lengths) {
    Numbers numbers(9);
    for (const int64_t length : lengths) {
      for (auto* tensors : {&parameters, &gradients, &first}) {
        buffers.emplace_back(device, numbers.Reals(length));
        tensors->push_back(buffers.back().get());
      }
    }
  }
  std::vector<float> Read() const {
    std::vector<float> all;
    for (const Buffer& buffer : buffers) {
      const auto values = buffer.Read();
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }
  // A step of count tensors from the one at begin.
  void Step(size_t begin, int64_t count) {
    const nrnn_sgd_args args = {
        0.1f, 0.9f, 0.1f, 0.5f, 1, count, &parameters[begin], &gradients[begin], &first[begin]};
    Check(nrnn_sgd_step(&args));
  }
  std::vector<Buffer> buffers;
  std::vector<nrnn_buffer*> parameters, gradients, first;
};

TEST_P(OptimizerOps, OneCallForAllTensorsGivesTheBitsOfOneForEach) {
  constexpr size_t kCount = std::size(kLengths);
  Model each(one());
  for (size_t k = 0; k < kCount; ++k) each.Step(k, 1);
  const auto together = [](const Device& device) {
    Model all(device);
    all.Step(0, kCount);
    return all.Read();
  };
  EXPECT_TRUE(SameBits(together(one()), each.Read(), "one thread"));
  EXPECT_TRUE(SameBits(together(three()), each.Read(), "three threads"));
}

// Of more tensors than one launch of a GPU takes.
TEST_P(OptimizerOps, ManyTensorsAreSteppedClippedAndPenalised) {
  std::vector<int64_t> lengths;
  for (int64_t k = 0; k < 150; ++k) lengths.push_back(k * 7 % 31);
  lengths[100] = 9001;
  const auto count = static_cast<int64_t>(lengths.size());
  Model each(one(), lengths), all(one(), lengths);
  for (size_t k = 0; k < lengths.size(); ++k) each.Step(k, 1);
  all.Step(0, count);
  EXPECT_TRUE(SameBits(all.Read(), each.Read(), "step"));

  double squares = 0, penalty = 0;
  std::vector<std::vector<double>> gradients;  // in the order of Clip
  for (nrnn_buffer* tensor : all.first) {
    int64_t length = 0;
    Check(nrnn_buffer_length(tensor, &length));
    std::vector<float> values(static_cast<size_t>(length));
    Check(nrnn_buffer_read(tensor, 0, values.data(), length));
    gradients.push_back(Doubles(values));
    for (const double value : gradients.back()) {
      squares += value * value;
      penalty += 0.5 * std::fabs(value) + 0.25 * value * value;
    }
  }
  const std::vector<float> l1(lengths.size(), 0.5f), l2(lengths.size(), 0.25f);
  const nrnn_regularize_args args = {count, l1.data(), l2.data(), all.first.data(), nullptr};
  float norm = 0, got_penalty = 0;
  Check(nrnn_regularize(&args, &got_penalty));
  Check(nrnn_clip_global_norm(all.first.data(), count, 2, &norm));
  EXPECT_TRUE(
      Near({norm, got_penalty}, {std::sqrt(squares), penalty}, SumTolerance(1, {penalty}), "sums"));
  for (size_t k = 0; k < lengths.size(); ++k) {
    for (double& value : gradients[k]) value *= 2 / std::sqrt(squares);
    const std::vector<float> got = all.buffers[3 * k + 2].Read();
    EXPECT_TRUE(Near(got, gradients[k], SumTolerance(1, {}), std::to_string(k)));
  }
}

TEST_P(OptimizerOps, NanInAGradientReachesItsParameterAlone) {
  for (const float clip : {0.0f, 0.5f}) {
    Training training(one(), 21, 3);
    training.Draw();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    Check(nrnn_buffer_write(training.gradient.get(), 7, &nan, 1));
    const Handles of(training);
    const nrnn_lion_args args = {0.01f, 0.9f,          0.99f,        0,        clip,
                                 1,     &of.parameter, &of.gradient, &of.first};
    Check(nrnn_lion_step(&args));
    const auto values = training.parameter.Read();
    for (size_t k = 0; k < values.size(); ++k) EXPECT_EQ(std::isnan(values[k]), k == 7) << k;
  }
}

TEST_P(OptimizerOps, ClipValuesCutsEachElement) {
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    Numbers numbers(static_cast<uint64_t>(length));
    const auto values = numbers.Reals(length);
    const Placed x(one(), values, 3);
    nrnn_buffer* const gradients[] = {x.get()};
    Check(nrnn_clip_values(gradients, 1, 0.25f));
    EXPECT_TRUE(Same(x.Read(), Cut(values, 0.25f), std::to_string(length)));
    EXPECT_TRUE(x.Alone());
  }
}

TEST_P(OptimizerOps, MaxNormPenaltyAndAverageGiveTheSameBitsOnThreads) {
  const auto run = [](const Device& device) {
    Model model(device);
    const std::vector<float> factors(std::size(kLengths), 0.01f);
    const nrnn_regularize_args args = {std::size(kLengths), factors.data(), factors.data(),
                                       model.parameters.data(), model.gradients.data()};
    float penalty = 0;
    Check(nrnn_regularize(&args, &penalty));
    Check(nrnn_moving_average(model.first.data(), model.parameters.data(), std::size(kLengths),
                              0.75f));
    for (const nrnn_axis& axis : {nrnn_axis{128, 128, 1}, nrnn_axis{2, 16, 512}}) {
      Check(nrnn_max_norm(&axis, 0.5f, model.parameters[5]));
    }
    auto all = model.Read();
    all.push_back(penalty);
    return all;
  };
  ExpectSameBits(run, "weights");
}

struct Clipped {
  std::vector<float> norm, a, b;
};

Clipped Clip(const Device& device, std::vector<double> a, std::vector<double> b, float max_norm) {
  const Placed first(device, a, 1), second(device, b, 3);
  const Buffer empty(device, 0);
  nrnn_buffer* gradients[] = {first.get(), empty.get(), second.get()};
  float norm = -1;
  Check(nrnn_clip_global_norm(gradients, 3, max_norm, &norm));
  EXPECT_TRUE(first.Alone() && second.Alone());
  return {{norm}, first.Read(), second.Read()};
}

TEST_P(OptimizerOps, ClippingMatchesReference) {
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    Numbers numbers(static_cast<uint64_t>(length));
    const auto a = numbers.Reals(length), b = numbers.Reals(71 - length);
    for (const float max_norm : {0.5f, 100.0f}) {
      const std::string what = std::to_string(length) + "_max" + std::to_string(max_norm);
      auto want_a = a, want_b = b;
      const double norm = reference::ClipGlobalNorm<double>({&want_a, &want_b}, max_norm);
      const Clipped got = Clip(one(), a, b, max_norm);
      EXPECT_TRUE(Near(got.norm, {norm}, SumTolerance(1, {}), what));
      EXPECT_TRUE(Near(got.a, want_a, SumTolerance(1, {}), what));
      EXPECT_TRUE(Near(got.b, want_b, SumTolerance(1, {}), what));
    }
  }
}

TEST_P(OptimizerOps, ClippingGivesTheSameBitsOnThreads) {
  Numbers numbers(2);
  const auto a = numbers.Reals(100001), b = numbers.Reals(33333);
  const Clipped want = Clip(one(), a, b, 1), got = Clip(three(), a, b, 1);
  EXPECT_TRUE(SameBits(got.norm, want.norm, "norm"));
  EXPECT_TRUE(SameBits(got.a, want.a, "a"));
  EXPECT_TRUE(SameBits(got.b, want.b, "b"));
}

TEST_P(OptimizerOps, ANormThatIsNotFiniteScalesNothing) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Clipped with_nan = Clip(one(), {1, kNaN}, {3}, 0.5f);
  EXPECT_TRUE(Same(with_nan.norm, {kNaN}, "norm"));
  EXPECT_TRUE(Same(with_nan.b, {3}, "b"));
  const Clipped infinite = Clip(one(), {1, kInfinity}, {3}, 0.5f);
  EXPECT_TRUE(Same(infinite.norm, {kInfinity}, "norm"));
  EXPECT_TRUE(Same(infinite.a, {1, kInfinity}, "a"));
  // Squares that only double holds.
  const Clipped large = Clip(one(), {3e30, 0}, {4e30}, 1);
  EXPECT_TRUE(Near(large.norm, {5e30}, SumTolerance(1, {}), "norm"));
  EXPECT_TRUE(Near(large.b, {0.8}, SumTolerance(1, {}), "b"));
}

TEST_P(OptimizerOps, GradientsThatOverlapAreRefused) {
  const Buffer all(one(), 10), low = all.Slice(0, 5), high = all.Slice(5, 5);
  nrnn_buffer* apart[] = {high.get(), low.get()};
  nrnn_buffer* twice[] = {low.get(), all.get()};
  float norm = 0;
  EXPECT_EQ(nrnn_clip_global_norm(apart, 2, 1, &norm), NRNN_OK);
  EXPECT_EQ(nrnn_clip_global_norm(twice, 2, 1, &norm), NRNN_INVALID_ARGUMENT);
}

NRNN_INSTANTIATE_TARGETS(OptimizerOps);

}  // namespace
}  // namespace nrnn::test
