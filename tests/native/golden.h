// The files of tests/golden: arrays by name, computed by PyTorch in double from inputs that are
// exact in float.
#ifndef NATIVERNN_TESTS_GOLDEN_H_
#define NATIVERNN_TESTS_GOLDEN_H_

#include <map>
#include <string>
#include <vector>

#include "rnn_case.h"

namespace nrnn::test {

class Golden {
 public:
  // name: of the file, without .txt. Throws std::runtime_error when it is missing or cut off.
  explicit Golden(const std::string& name);
  const std::vector<double>& operator[](const std::string& array) const;
  // An array that not every file has: empty then.
  std::vector<double> OrEmpty(const std::string& array) const;
  std::vector<int32_t> Integers(const std::string& array) const;

 private:
  std::string name_;
  std::map<std::string, std::vector<double>> arrays_;
};

// A recurrent file as a case's shape and numbers, and the results that it holds.
struct GoldenRnn {
  GoldenRnn(Cell cell, const std::string& variant);
  Golden file;
  RnnCase rnn_case;  // shape and sizes
  reference::RnnSequence<double> sequence;
  reference::RnnOutputs<double> output_gradients;
  reference::RnnOutputs<double> outputs;
  reference::RnnGradients<double> gradients;
};

// PyTorch has all but the GRU with reset before.
constexpr Cell kGoldenCells[] = {Cell::kLstm, Cell::kGru, Cell::kRnnTanh, Cell::kRnnRelu};
// One layer, one direction, batch first, without biases; two layers, two directions, lengths.
constexpr const char* kGoldenVariants[] = {"plain", "packed"};
// The same of an LSTM with a projection.
constexpr const char* kGoldenProjections[] = {"projected_plain", "projected_packed"};

// Five steps of optimisers on 20 parameters: the options that make_golden.py gave to PyTorch.
namespace golden_options {
constexpr float kRate = 0.03125f, kDecay = 0.0625f, kBeta1 = 0.875f, kBeta2 = 0.9375f;
constexpr float kEpsilon = 0x1p-20f, kAlpha = 0.875f;
constexpr float kSgdMomentum = 0.875f, kRmspropMomentum = 0.75f;
constexpr int kSteps = 5, kLength = 20;
}  // namespace golden_options

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_GOLDEN_H_
