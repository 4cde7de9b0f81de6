// Reads native/include/nativernn/nativernn.h and writes
// managed/NativeRnn/Interop/Generated/NativeMethods.g.cs.
// Usage: dotnet run --project managed/NativeRnn.BindingsGenerator [-- REPOSITORY]
// Exit code: 0 written, 1 the header has errors or the bindings were not written, 2 wrong usage.

using CppSharp;
using NativeRnn.BindingsGenerator;

RepositoryLayout? layout = args.Length switch
{
    0 => RepositoryLayout.FindAbove(Directory.GetCurrentDirectory()),
    1 => RepositoryLayout.FindAbove(args[0]),
    _ => null,
};

if (layout is null)
{
    Console.Error.WriteLine("usage: NativeRnn.BindingsGenerator [REPOSITORY]");
    Console.Error.WriteLine($"The repository is where {RepositoryLayout.HeaderPath} lies.");
    return 2;
}

string stamp = HeaderStamp.Of(layout.Header);
if (!ConsoleDriver.Run(new HeaderLibrary(layout, stamp)))
{
    return 1;
}

// The driver also reports success when it found nothing to generate, so look at what it wrote.
if (!HeaderStamp.IsAtTopOf(layout.GeneratedFile, stamp))
{
    Console.Error.WriteLine($"{layout.GeneratedFile} was not written.");
    return 1;
}

Console.WriteLine($"{layout.GeneratedFile}: {stamp}");
return 0;
