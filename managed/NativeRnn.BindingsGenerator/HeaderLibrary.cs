using CppSharp;
using CppSharp.AST;
using CppSharp.Generators;
using CppSharp.Parser;
using CppSharp.Passes;
using ASTContext = CppSharp.AST.ASTContext;

namespace NativeRnn.BindingsGenerator;

/// <summary>
/// Tells CppSharp what to read, how to name it and that only the raw layer is wanted.
/// </summary>
/// <param name="layout">Where the header and the generated file lie.</param>
/// <param name="stamp">The generated file's first line.</param>
internal sealed class HeaderLibrary(RepositoryLayout layout, string stamp) : ILibrary
{
    private const string LibraryName = "nativernn";
    private const string ExternsClass = "NativeMethods";

    /// <inheritdoc/>
    public void Setup(Driver driver)
    {
        // The newest C that CppSharp names.
        driver.ParserOptions.LanguageVersion = LanguageVersion.C99;

        DriverOptions options = driver.Options;
        options.GeneratorKind = GeneratorKind.CSharp;
        options.Quiet = true;
        options.OutputDir = layout.OutputDirectory;
        options.OutputNewLineType = NewLineType.LF;
        options.GenerateName = _ => RepositoryLayout.GeneratedBaseName;
        options.GenerateFreeStandingFunctionsClassName = _ => ExternsClass;

        Module module = options.AddModule(LibraryName);
        module.OutputNamespace = "NativeRnn.Interop";
        module.SharedLibraryName = LibraryName;
        module.IncludeDirs.Add(layout.IncludeDirectory);
        module.Headers.Add(RepositoryLayout.IncludeName);
    }

    /// <inheritdoc/>
    public void SetupPasses(Driver driver)
    {
        driver.AddTranslationUnitPass(new CSharpNamesPass());
        driver.AddGeneratorOutputPass(new RawLayerPass(ExternsClass, stamp));
    }

    /// <inheritdoc/>
    public void Preprocess(Driver driver, ASTContext context)
    {
        // float* has to stay float*: this pass would make it ref float.
        driver.Context.TranslationUnitPasses.Passes
            .RemoveAll(pass => pass is MarshalPrimitivePointersAsRefTypePass);
    }

    /// <inheritdoc/>
    public void Postprocess(Driver driver, ASTContext context)
    {
        IEnumerable<TranslationUnit> headers =
            context.TranslationUnits.Where(unit => unit.IsValid && !unit.IsSystemHeader);
        foreach (TranslationUnit header in headers)
        {
            RawTypes.Apply(header);
        }
    }

    /// <inheritdoc/>
    public void GenerateCode(Driver driver, List<GeneratorOutput> outputs)
    {
        // Std.cs, for C++'s own types, of which a C header has none.
        outputs.RemoveAll(output => output.TranslationUnit.Module == driver.Options.SystemModule);
    }
}
