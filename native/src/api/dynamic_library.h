// Libraries that are opened at run time: the part of it that differs between systems.
#ifndef NATIVERNN_API_DYNAMIC_LIBRARY_H_
#define NATIVERNN_API_DYNAMIC_LIBRARY_H_

#include <string>

namespace nrnn {

// How the system calls the file of a library: libNAME.so, libNAME.dylib or libNAME.dll. Paths are
// UTF-8.
std::string LibraryFileName(const std::string& name);
// What a variable of the environment names; empty where it is not set.
std::string EnvironmentPath(const char* name);
// The folder of the file that this code was loaded from, with a slash at the end; empty where the
// system does not say.
std::string OwnFolder();

// A path, or a file name that is looked for where the system keeps libraries. Null where it can't
// be opened: out_reason says why.
void* OpenLibrary(const std::string& path, std::string* out_reason);
// Null where the library has no such function.
void* FindFunction(void* library, const char* name);

}  // namespace nrnn

#endif  // NATIVERNN_API_DYNAMIC_LIBRARY_H_
