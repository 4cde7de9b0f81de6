using CppSharp.AST;
using CppSharp.AST.Extensions;

namespace NativeRnn.BindingsGenerator;

/// <summary>
/// Gives the declarations of the header the types of the raw layer, which is blittable throughout.
/// Runs after CppSharp's passes, which would leave out a function that mentions a struct without a
/// wrapper.
/// </summary>
internal static class RawTypes
{
    /// <summary>Changes all declarations of one header.</summary>
    public static void Apply(TranslationUnit unit)
    {
        foreach (TypedefDecl typedef in unit.Typedefs)
        {
            // C needs "typedef struct x x"; C# would get its comment a second time.
            typedef.ExplicitlyIgnore();
        }

        foreach (Enumeration @enum in unit.Enums)
        {
            // C leaves the type to the compiler; each that builds the library takes 32 bits.
            @enum.BuiltinType = new BuiltinType(PrimitiveType.Int);
        }

        foreach (Class @class in unit.Classes)
        {
            // A struct's layout without a wrapper class; of a handle, which has no fields, nothing.
            @class.GenerationKind =
                @class.IsIncomplete ? GenerationKind.None : GenerationKind.Internal;
        }

        foreach (Function function in unit.Functions)
        {
            ApplyTo(function);
        }
    }

    private static void ApplyTo(Function function)
    {
        foreach (Parameter parameter in function.Parameters)
        {
            if (PointerName(parameter.Type) is string name)
            {
                parameter.QualifiedType = new QualifiedType(new CustomType(name));
                function.GenerationKind = GenerationKind.Internal; // no wrapper has such a type
            }
        }
    }

    /// <summary>
    /// What CppSharp would print as an untyped address although C# can say more: <c>RnnConfig*</c>
    /// for a pointer to a struct, <c>__IntPtr*</c> for a pointer to handles. Null for all others.
    /// </summary>
    private static string? PointerName(CppSharp.AST.Type type)
    {
        if (type.Desugar() is not PointerType pointer)
        {
            return null;
        }

        CppSharp.AST.Type pointee = pointer.Pointee.Desugar();
        if (pointee.TryGetClass(out Class @class))
        {
            return @class.IsIncomplete ? null : @class.Name + "*";
        }

        bool isHandle = pointee is PointerType inner && inner.Pointee.Desugar().IsClass();
        return isHandle ? "__IntPtr*" : null;
    }
}
