// The options of a recurrent plan, from the C interface's config.
#ifndef NATIVERNN_API_RNN_OPTIONS_H_
#define NATIVERNN_API_RNN_OPTIONS_H_

#include "core/rnn_options.h"

namespace nrnn {

// Throws INVALID_ARGUMENT for values out of range and options that the cell does not have. The
// fields before projection_size are checked already.
RnnOptions CheckedOptions(const nrnn_rnn_config& config);

}  // namespace nrnn

#endif  // NATIVERNN_API_RNN_OPTIONS_H_
