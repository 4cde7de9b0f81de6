using System.Text.RegularExpressions;
using CppSharp;
using CppSharp.AST;
using CppSharp.Generators;
using CppSharp.Generators.CSharp;
using CppSharp.Passes;

namespace NativeRnn.BindingsGenerator;

/// <summary>
/// Leaves of CppSharp's output what is raw: drops the wrappers of functions, which would need
/// CppSharp.Runtime, and gives their documentation to the externs. The text then takes its final
/// shape in <see cref="RawLayerText"/>.
/// </summary>
/// <param name="externsClass">The name of the class that holds the externs.</param>
/// <param name="stamp">The file's first line.</param>
internal sealed partial class RawLayerPass(string externsClass, string stamp) : GeneratorOutputPass
{
    /// <inheritdoc/>
    public override void VisitCodeGenerator(CodeGenerator generator)
    {
        foreach (Block wrapper in generator.FindBlocks(BlockKind.Function).ToList())
        {
            wrapper.Parent.Blocks.Remove(wrapper);
        }

        Dictionary<string, Function> functions = generator.TranslationUnits
            .SelectMany(unit => unit.Functions)
            .ToDictionary(function => function.Mangled);
        foreach (Block block in generator.FindBlocks(BlockKind.InternalsClassMethod))
        {
            Match entryPoint = EntryPoint().Match(block.Text.StringBuilder.ToString());
            Document(block, functions[entryPoint.Groups[1].Value]);
        }

        string text = RawLayerText.From(generator.Generate(), externsClass, stamp);
        generator.RootBlock.Blocks.Clear();
        generator.RootBlock.Text.StringBuilder.Clear().Append(text);
    }

    private static void Document(Block block, Function function)
    {
        if (function.Comment?.FullComment is not { } comment)
        {
            return;
        }

        var documentation = new TextGenerator
        {
            CurrentIndentation = block.Text.CurrentIndentation,
            IsStartOfLine = true,
        };
        documentation.Print(comment, CommentKind.BCPLSlash);
        block.Text.StringBuilder.Insert(0, documentation.StringBuilder.ToString());
    }

    [GeneratedRegex(@"EntryPoint = ""(\w+)""")]
    private static partial Regex EntryPoint();
}
