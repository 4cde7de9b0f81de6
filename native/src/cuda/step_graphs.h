// Graphs of launches step by step, kept from call to call: a call with the same arguments, pointers
// included, launches the graph that the first one captured. The caching allocator gives a warmed-up
// training loop the same scratch in every step.
#ifndef NATIVERNN_CUDA_STEP_GRAPHS_H_
#define NATIVERNN_CUDA_STEP_GRAPHS_H_

#include <list>
#include <string>
#include <type_traits>

#include "cuda/runtime.h"
#include "nativernn/nativernn.h"

namespace nrnn::cuda {

class StepGraphs {
 public:
  // Of launches that depend on nothing else. name: of the kernel.
  template <class Args>
  static std::string Key(const char* name, nrnn_precision precision, const Args& args) {
    static_assert(std::is_trivially_copyable_v<Args>);
    std::string key(name);
    key.push_back(static_cast<char>(precision));
    return key.append(reinterpret_cast<const char*>(&args), sizeof args);
  }

  // queue() queues the launches on stream.
  template <class Queue>
  void Launch(const std::string& key, Stream& stream, const Queue& queue) {
    Graph& graph = Find(key);
    if (graph.empty()) graph.Capture(stream, queue);
    graph.Launch(stream);
  }

 private:
  // Of forward and backward, two directions, some layers and a few batch sizes.
  static constexpr size_t kMost = 64;
  struct Entry {
    explicit Entry(const std::string& key_of) : key(key_of) {}
    std::string key;
    Graph graph;
  };

  // The graph of the key, moved to the front; a new, empty one in place of the one that was not
  // used for longest.
  Graph& Find(const std::string& key) {
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->key != key) continue;
      entries_.splice(entries_.begin(), entries_, entry);
      return entries_.front().graph;
    }
    if (entries_.size() == kMost) entries_.pop_back();
    entries_.emplace_front(key);
    return entries_.front().graph;
  }

  std::list<Entry> entries_;
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_STEP_GRAPHS_H_
