using Mono.Cecil;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>What is static never changes: two hosts in one process share nothing.</summary>
internal static class StaticStateRule
{
    // Types that are made to be changed. Arrays are left out: the house's tables of constants are arrays.
    private static readonly string[] Changeable =
    [
        "System.Collections.Generic.List`1", "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.HashSet`1", "System.Collections.Generic.Queue`1",
        "System.Collections.Concurrent.", "System.Threading.", "System.Text.StringBuilder", "System.IO.", "System.Net.Http.HttpClient", "System.Diagnostics.ActivitySource", "System.Diagnostics.Metrics.",
    ];

    public static IEnumerable<string> Faults(CompiledAssembly assembly) =>
        from type in assembly.Types
        from field in type.Fields
        where field.IsStatic && !field.IsLiteral && !field.Name.Contains("__", StringComparison.Ordinal) && !IsGeneratedCode(field)
        where !field.IsInitOnly || Changeable.Any(start => field.FieldType.FullName.StartsWith(start, StringComparison.Ordinal))
        select $"{type.FullName}.{field.Name} is static and can change";

    private static bool IsGeneratedCode(FieldDefinition field) => field.CustomAttributes.Any(static attribute => attribute.AttributeType.Name == "GeneratedCodeAttribute");
}
