using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Measuring;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Signatures;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Projects;

/// <summary>A client's data folder with one project in it, whose files are signed; and an engine that is no engine, to be copied.</summary>
internal sealed class TestProject : IDisposable
{
    public const string Linux = "x86_64-pc-linux-gnu", Url = "http://project.test/";

    private readonly TestSigner _signer = new();
    private readonly StringBuilder _entries = new();
    private readonly string _root = Directory.CreateTempSubdirectory("vmsandbox-test").FullName;

    public TestProject()
    {
        Directory.CreateDirectory(Folder);
        foreach (var (path, text) in new[] { ("engine/qemu-system-x86_64", "#!/bin/sh\n"), ("engine/manifest.json", "{}"), ("engine/lib/lib.so", "lib"), ("guest/manifest.json", "{}"), ("wrapper", "wrapper") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, path))!);
            File.WriteAllText(Path.Combine(_root, path), text);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_root, "engine/qemu-system-x86_64"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string DataFolder => Path.Combine(_root, "data");

    public string Folder => Path.Combine(DataFolder, "projects", "project.test");

    public EngineParts Engine => new(Path.Combine(_root, "engine/qemu-system-x86_64"), Path.Combine(_root, "engine"), Path.Combine(_root, "guest"), Path.Combine(_root, "wrapper"));

    /// <summary>A Linux program; <paramref name="words"/> are found in it.</summary>
    public static byte[] Program(params string[] words) => [.. YardstickProgram.ToBytes(), .. Encoding.ASCII.GetBytes(string.Join('\0', words))];

    public TestProject With(string name, byte[] content, bool isExecutable = false, string? signature = null)
    {
        File.WriteAllBytes(Path.Combine(Folder, name), content);
        _entries.Append($"<file><name>{name}</name><nbytes>{content.Length}.000000</nbytes><status>1</status>{(isExecutable ? "<executable/>" : "")}<signature_required/><file_signature>\n{signature ?? _signer.Sign(content)}</file_signature></file>\n");
        return this;
    }

    public TestProject Version(string app, int number, string main, string planClass = "", string platform = Linux, string more = "")
    {
        _entries.Append($"<app_version><app_name>{app}</app_name><version_num>{number}</version_num><platform>{platform}</platform><plan_class>{planClass}</plan_class><flops>4000000000.000000</flops><file_ref><file_name>{main}</file_name><main_program/></file_ref>{more}</app_version>\n");
        return this;
    }

    public TestProject Task(string name, string app, int version, string planClass = "")
    {
        _entries.Append($"<workunit><name>{name}_wu</name><app_name>{app}</app_name></workunit><result><name>{name}</name><wu_name>{name}_wu</wu_name><platform>{Linux}</platform><version_num>{version}</version_num><plan_class>{planClass}</plan_class></result>\n");
        return this;
    }

    /// <summary>Writes the state, and finds the project in it.</summary>
    public ProjectSite Site(string os = "Linux Debian", string platform = Linux)
    {
        File.WriteAllText(Path.Combine(DataFolder, ClientStateFile.Name), State(os, platform));
        return new SiteFinder(DataFolder).One(Url);
    }

    public string State(string os = "Linux Debian", string platform = Linux) =>
        $"<client_state><host_info><os_name>{os}</os_name><p_fpops>2000000000.0</p_fpops></host_info><project><master_url>{Url}</master_url><project_name>Test & Co</project_name><code_sign_key>\n{_signer.Key}</code_sign_key></project>\n<app><name>a</name><user_friendly_name>App A</user_friendly_name></app>\n{_entries}<platform_name>{platform}</platform_name></client_state>";

    public void Dispose()
    {
        _signer.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
