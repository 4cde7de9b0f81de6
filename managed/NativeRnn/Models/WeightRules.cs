using System.Text.Json;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Regularisers and constraints in a file:
/// <c>"weights":{"0.weight":{"regularizer":{..},"constraint":{..}}}</c>, of those weights that have any.
/// </summary>
internal static class WeightRules
{
    internal const string Property = "weights";
    private const string Regularizer = "regularizer";
    private const string Constraint = "constraint";
    private const string Kind = "kind";

    internal static void Write(Module model, Utf8JsonWriter json)
    {
        bool any = false;
        foreach ((string name, Parameter parameter, ParameterView view) in model.NamedViews())
        {
            int index = IndexOf(parameter, view);
            (Regularizer? regularizer, Constraint? constraint) =
                (parameter.RegularizerOf(index), parameter.ConstraintOf(index));
            if (regularizer is null && constraint is null)
            {
                continue;
            }

            if (!any)
            {
                json.WriteStartObject(Property);
                any = true;
            }

            json.WriteStartObject(name);
            Write(json, regularizer);
            Write(json, constraint, name);
            json.WriteEndObject();
        }

        if (any)
        {
            json.WriteEndObject();
        }
    }

    internal static void Read(Module model, ConfigReader config)
    {
        Dictionary<string, (Parameter Parameter, ParameterView View)> views = model.NamedViews()
            .ToDictionary(view => view.Name, view => (view.Parameter, view.View), StringComparer.Ordinal);
        foreach (string name in config.Names())
        {
            if (!views.TryGetValue(name, out (Parameter Parameter, ParameterView View) found))
            {
                throw config.Invalid($"the model has no weights '{name}'");
            }

            ConfigReader rules = config.GetConfig(name);
            if (rules.Has(Regularizer))
            {
                found.Parameter.SetRegularizer(RegularizerOf(rules.GetConfig(Regularizer)), found.View.Name);
            }

            if (rules.Has(Constraint))
            {
                found.Parameter.SetConstraint(ConstraintOf(rules.GetConfig(Constraint)), found.View.Name);
            }

            rules.RequireAllRead();
        }
    }

    private static void Write(Utf8JsonWriter json, Regularizer? regularizer)
    {
        if (regularizer is null)
        {
            return;
        }

        json.WriteStartObject(Regularizer);
        json.WriteString(Kind, regularizer.GetType().Name);
        json.WriteNumber("l1", regularizer.Absolute);
        json.WriteNumber("l2", regularizer.Square);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Constraint? constraint, string weights)
    {
        if (constraint is null)
        {
            return;
        }

        if (constraint is not MaxNorm norm)
        {
            throw new NotSupportedException(
                $"the constraint of '{weights}' is a {constraint.GetType().Name}, which no file can hold: take " +
                "it away with SetConstraint(null) before saving and set it again after loading, or save the " +
                "weights alone, by SaveWeights");
        }

        json.WriteStartObject(Constraint);
        json.WriteString(Kind, nameof(MaxNorm));
        json.WriteNumber("max", norm.Max);
        if (norm.Axis is int axis)
        {
            json.WriteNumber("axis", axis);
        }

        json.WriteEndObject();
    }

    private static Regularizer RegularizerOf(ConfigReader config)
    {
        (float l1, float l2) = (config.GetSingle("l1"), config.GetSingle("l2"));
        return config.GetText(Kind) switch
        {
            nameof(L1) => new L1(l1),
            nameof(L2) => new L2(l2),
            nameof(L1L2) => new L1L2(l1, l2),
            string other => throw config.Invalid($"the regulariser '{other}' is not known"),
        };
    }

    private static MaxNorm ConstraintOf(ConfigReader config) => config.GetText(Kind) == nameof(MaxNorm)
        ? new MaxNorm(config.GetSingle("max"), config.GetInt32IfAny("axis"))
        : throw config.Invalid($"the constraint '{config.GetText(Kind)}' is not known");

    private static int IndexOf(Parameter parameter, ParameterView view)
    {
        int index = 0;
        while (!ReferenceEquals(parameter.Views[index], view))
        {
            index++;
        }

        return index;
    }
}
