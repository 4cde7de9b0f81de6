// Recurrent cases with options: drawing them, naming them, and their part of a config.
#ifndef NATIVERNN_TESTS_VARIANT_CASE_H_
#define NATIVERNN_TESTS_VARIANT_CASE_H_

#include <string>
#include <vector>

#include "rnn_case.h"

namespace nrnn::test {

// The options as they stand in a name, such as "_proj3_peephole"; empty for a plain cell.
std::string OptionsName(const RnnOptions& options);
void SetOptions(const RnnOptions& options, nrnn_rnn_config& config);

// The functions that the options can choose, with usual numbers.
std::vector<Activation> Activations();

// Options with every function at its cell's default.
RnnOptions PlainOptions(Cell cell);

// One option after another, each alone: every one that the cell has. hidden: at least 2.
std::vector<RnnOptions> SingleOptions(Cell cell, int64_t hidden);

// The case with a random mix of options that its cell has, and the options of WithRandomOptions.
RnnCase WithRandomVariant(RnnCase rnn_case, uint64_t seed);

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_VARIANT_CASE_H_
