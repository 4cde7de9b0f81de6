// One case of the recurrent tests: a shape and the options of a call, the numbers that go in, and a
// name that says it all.
#ifndef NATIVERNN_TESTS_RNN_CASE_H_
#define NATIVERNN_TESTS_RNN_CASE_H_

#include <ostream>
#include <string>

#include "core/layout.h"
#include "reference/rnn.h"

namespace nrnn::test {

struct RnnCase {
  RnnShape shape = {Cell::kLstm, 1, 1, false, true, 1, 1, 0};
  int64_t steps = 1;
  int64_t batch = 1;
  bool lengths = false;  // of their own for each row, some 0; else null
  bool states = false;   // h0 (and c0); else null
  bool training = true;  // with a reserve; else null
  bool dy = true;        // the gradients given to backward; else null
  bool dhn = true;
  bool dcn = true;
  int64_t seed = 1;  // of the numbers and of the dropout

  // Such as "lstm_T3_B7_I17_H33_L2_D2_lengths_states".
  std::string Name() const;
  nrnn_rnn_config Config() const;
};

constexpr Cell kCells[] = {Cell::kLstm, Cell::kGru, Cell::kGruResetBefore, Cell::kRnnTanh,
                           Cell::kRnnRelu};
std::string CellName(Cell cell);

reference::RnnSequence<double> MakeSequence(const RnnCase& rnn_case);
// Gradients of y, hn and cn; empty where the case gives none.
reference::RnnOutputs<double> MakeOutputGradients(const RnnCase& rnn_case);

// The case with its options (all but the sizes and the cell) drawn from seed.
RnnCase WithRandomOptions(RnnCase rnn_case, uint64_t seed);

// Multiplications of one forward pass.
double Work(const RnnCase& rnn_case);

}  // namespace nrnn::test

namespace nrnn {

// GoogleTest prints a parameter by this.
inline void PrintTo(Cell cell, std::ostream* out) { *out << test::CellName(cell); }

}  // namespace nrnn

#endif  // NATIVERNN_TESTS_RNN_CASE_H_
