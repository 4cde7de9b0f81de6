#include "golden.h"

#include <fstream>
#include <stdexcept>

#include "variant_case.h"

namespace nrnn::test {

Golden::Golden(const std::string& name) : name_(name) {
  std::ifstream file(std::string(NATIVERNN_GOLDEN_DIR) + "/" + name + ".txt");
  if (!file) throw std::runtime_error("no golden file " + name);
  std::string array;
  size_t length = 0;
  while (file >> array >> length) {
    std::vector<double>& values = arrays_[array];
    values.resize(length);
    for (double& value : values) {
      if (!(file >> value)) throw std::runtime_error(name + " ends within " + array);
    }
  }
}

const std::vector<double>& Golden::operator[](const std::string& array) const {
  const auto found = arrays_.find(array);
  if (found == arrays_.end()) throw std::runtime_error(name_ + " has no array " + array);
  return found->second;
}

std::vector<double> Golden::OrEmpty(const std::string& array) const {
  const auto found = arrays_.find(array);
  return found == arrays_.end() ? std::vector<double>() : found->second;
}

std::vector<int32_t> Golden::Integers(const std::string& array) const {
  const std::vector<double>& values = (*this)[array];
  return std::vector<int32_t>(values.begin(), values.end());
}

GoldenRnn::GoldenRnn(Cell cell, const std::string& variant) : file(CellName(cell) + "_" + variant) {
  const auto shape = file.Integers("shape");
  const auto sizes = file.Integers("steps_batch");
  rnn_case.shape = {cell, shape[0], shape[1], shape[2] != 0, shape[3] != 0, shape[4], shape[5], 0};
  if (shape.size() > 6) {
    rnn_case.shape.options = PlainOptions(cell);
    rnn_case.shape.options.projection = shape[6];
  }
  rnn_case.steps = sizes[0];
  rnn_case.batch = sizes[1];
  sequence = {sizes[0],   sizes[1],           file["params"], file["x"], file.Integers("lengths"),
              file["h0"], file.OrEmpty("c0"), true,           0};
  output_gradients = {file["dy"], file["dhn"], file.OrEmpty("dcn")};
  outputs = {file["y"], file["hn"], file.OrEmpty("cn")};
  gradients = {file["dx"], file["dh0"], file.OrEmpty("dc0"), file["dparams"]};
}

}  // namespace nrnn::test
