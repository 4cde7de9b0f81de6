namespace NativeRnn.Package;

/// <summary>What one package must have.</summary>
internal abstract class PackageCheck
{
    /// <summary>The package's name.</summary>
    public abstract string Id { get; }

    /// <summary>Whether it may be absent.</summary>
    public virtual bool IsOptional => false;

    /// <summary>A .pdb of the symbol package; null: it has none.</summary>
    public virtual string? Symbols => null;

    /// <summary>Checks what the nuspecs of all packages have.</summary>
    public void CheckMetadata(Package package, string version)
    {
        package.RequireField("id", Id);
        package.RequireField("version", version);
        package.RequireField("authors", "The NativeRnn authors");
        package.RequireField("license", "MIT");
        package.RequireField("icon", "icon.png");
        package.RequireField("readme", "PACKAGE.md");
        package.RequireField("description");
        package.RequireField("copyright");
        package.RequireField("tags");
        package.Require(package.Field("repository")?.Attribute("type")?.Value == "git", "<repository> has no type git");
    }

    /// <summary>Checks files, sizes and dependencies.</summary>
    public abstract void CheckContent(Package package, string version);

    /// <summary>Requires dependencies "id version"; those without a version may have any.</summary>
    protected static void RequireDependencies(Package package, params string[] expected)
    {
        string found = string.Join(", ", package.Dependencies().Select(
            dependency => expected.Contains(dependency) ? dependency : dependency.Split(' ')[0]));
        package.Require(found == string.Join(", ", expected),
            $"depends on {found}, should on {string.Join(", ", expected)}");
    }
}
