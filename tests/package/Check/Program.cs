// Checks what is in the packages: files, sizes, metadata, symbols. Prints a line for each problem and fails if there
// are any.
//
//   Check FEED VERSION [OWNER/NAME]     OWNER/NAME: the repository on GitHub that the symbols must link to
using NativeRnn.Package;

if (args.Length is < 2 or > 3)
{
    Console.Error.WriteLine("Check FEED VERSION [OWNER/NAME]");
    return 2;
}

string version = args[1];
PackageCheck[] checks = [new LibraryCheck(), new ToolCheck(), new CudaCheck()];
List<string> problems = [];
foreach (PackageCheck check in checks)
{
    if (!File.Exists(PathOf(check, "nupkg")))
    {
        if (!check.IsOptional)
            problems.Add($"{PathOf(check, "nupkg")} is missing");
        continue;
    }

    using Package package = new(PathOf(check, "nupkg"));
    check.CheckMetadata(package, version);
    check.CheckContent(package, version);
    problems.AddRange(package.Problems);
    Console.WriteLine($"NOTE {check.Id}: {package.Length:N0} bytes");
    if (check.Symbols is not string pdb)
        continue;
    using Package symbols = new(PathOf(check, "snupkg"));
    Symbols.Check(symbols, pdb, args.ElementAtOrDefault(2));
    problems.AddRange(symbols.Problems);
}

problems.ForEach(Console.WriteLine);
return problems.Count == 0 ? 0 : 1;

string PathOf(PackageCheck check, string ending) => Path.Combine(args[0], $"{check.Id}.{version}.{ending}");
