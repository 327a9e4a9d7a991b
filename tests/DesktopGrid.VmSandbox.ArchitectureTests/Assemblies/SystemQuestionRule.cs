namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>Which operating system this is, is asked in one namespace and below it only.</summary>
internal static class SystemQuestionRule
{
    public static IEnumerable<string> Faults(CompiledAssembly assembly, string place) =>
        from type in assembly.AllTypes
        let room = CompiledAssembly.NamespaceOf(type)
        where room != place && !room.StartsWith(place + ".", StringComparison.Ordinal)
        from member in References.MembersUsedBy(type)
        where IsQuestion(member.DeclaringType?.FullName, member.Name)
        select $"{type.FullName} asks {member.DeclaringType!.Name}.{member.Name}";

    private static bool IsQuestion(string? type, string member) => type switch
    {
        "System.OperatingSystem" => member.StartsWith("Is", StringComparison.Ordinal) || member == "get_Platform",
        "System.Runtime.InteropServices.RuntimeInformation" => member is "IsOSPlatform" or "get_OSArchitecture",
        _ => false,
    };
}
