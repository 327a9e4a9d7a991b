using Mono.Cecil;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>One compiled assembly, and the types that people wrote in it.</summary>
internal sealed class CompiledAssembly : IDisposable
{
    private readonly AssemblyDefinition _assembly;

    public CompiledAssembly(System.Reflection.Assembly assembly) => _assembly = AssemblyDefinition.ReadAssembly(assembly.Location);

    /// <summary>Every type, nested ones too, but what a compiler or a source generator made.</summary>
    public IEnumerable<TypeDefinition> Types => _assembly.MainModule.GetTypes().Where(static type => !IsGenerated(type));

    /// <summary>Every type, whoever made it: the body of an async method or a lambda lies in a generated one.</summary>
    public IEnumerable<TypeDefinition> AllTypes => _assembly.MainModule.GetTypes();

    /// <summary>Names of the assemblies that it refers to.</summary>
    public IEnumerable<string> References => _assembly.MainModule.AssemblyReferences.Select(static reference => reference.Name);

    /// <summary>The namespace in which a type stands: that of the outermost type around it.</summary>
    public static string NamespaceOf(TypeReference type) => type.DeclaringType is { } outer ? NamespaceOf(outer) : type.Namespace;

    public static bool IsGenerated(TypeDefinition type) =>
        NamespaceOf(type).Length == 0
        || type.Name.Contains('<', StringComparison.Ordinal)
        || type.CustomAttributes.Any(static attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute")
        || (type.DeclaringType is { } outer && IsGenerated(outer));

    public void Dispose() => _assembly.Dispose();
}
