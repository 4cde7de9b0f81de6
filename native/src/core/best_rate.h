// How often a second a piece of work can be done at most: for the limits of devices.
#ifndef NATIVERNN_CORE_BEST_RATE_H_
#define NATIVERNN_CORE_BEST_RATE_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace nrnn {

template <class Work>
double SecondsOf(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// work(rounds) returns when it is done: the most rounds a second. Of runs of 20 ms the best counts:
// long enough that starting (threads, a launch: a thousandth or two) does not show, short enough
// that one of them goes undisturbed.
template <class Work>
double BestRate(const Work& work) {
  constexpr double kRunSeconds = 0.02;
  constexpr int kRuns = 8;
  constexpr double kAllSeconds = 0.5;  // where a run takes longer than that, fewer are made
  int64_t rounds = 1;
  double seconds = SecondsOf([&] { work(rounds); });
  while (seconds < kRunSeconds / 4) {
    rounds *= 2;
    seconds = SecondsOf([&] { work(rounds); });
  }
  rounds = std::max<int64_t>(
      1, static_cast<int64_t>(static_cast<double>(rounds) * kRunSeconds / seconds));
  double best = 0, all = 0;
  for (int run = 0; run < kRuns && all < kAllSeconds; ++run) {
    seconds = SecondsOf([&] { work(rounds); });
    best = std::max(best, static_cast<double>(rounds) / seconds);
    all += seconds;
  }
  return best;
}

}  // namespace nrnn

#endif  // NATIVERNN_CORE_BEST_RATE_H_
