using CppSharp.AST;
using CppSharp.Passes;

namespace NativeRnn.BindingsGenerator;

/// <summary>
/// Gives every declaration of the header its C# name; the entry points keep the C names.
/// </summary>
internal sealed class CSharpNamesPass : TranslationUnitPass
{
    /// <inheritdoc/>
    public override bool VisitTranslationUnit(TranslationUnit unit) =>
        !unit.IsSystemHeader && base.VisitTranslationUnit(unit);

    /// <inheritdoc/>
    public override bool VisitFunctionDecl(Function function)
    {
        if (!base.VisitFunctionDecl(function))
        {
            return false;
        }

        function.Name = CName.ToPascal(function.OriginalName);
        foreach (Parameter parameter in function.Parameters)
        {
            parameter.Name = CName.ToCamel(parameter.OriginalName);
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool VisitClassDecl(Class @class)
    {
        if (!base.VisitClassDecl(@class))
        {
            return false;
        }

        @class.Name = CName.ToPascal(@class.OriginalName);
        foreach (LayoutField field in @class.Layout.Fields)
        {
            field.Name = CName.ToPascal(field.Name);
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool VisitEnumDecl(Enumeration @enum)
    {
        if (!base.VisitEnumDecl(@enum))
        {
            return false;
        }

        @enum.Name = CName.ToEnum(@enum.OriginalName);
        int shared = CName.SharedWords([.. @enum.Items.Select(item => item.OriginalName)]);
        foreach (Enumeration.Item item in @enum.Items)
        {
            item.Name = CName.ToMember(item.OriginalName, shared);
        }

        return true;
    }
}
