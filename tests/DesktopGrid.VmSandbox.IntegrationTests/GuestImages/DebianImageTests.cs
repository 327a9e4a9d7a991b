using System.Text.Json;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.GuestImages;

/// <summary>
/// The Debian base: ordinary dynamically linked programs and scripts run in it as they are. It lies beside the tiny image, or where the variable
/// says; where there is none, <c>build/guest.sh debian</c> makes it.
/// </summary>
[CancelAfter(240_000)]
internal sealed class DebianImageTests
{
    private const string Variable = "VMSANDBOX_DEBIAN_IMAGE";
    private const long MostBytes = 60_000_000;

    private static readonly string Image = Environment.GetEnvironmentVariable(Variable)
        ?? Path.Combine(Path.GetDirectoryName(Environment.GetEnvironmentVariable("VMSANDBOX_GUEST_IMAGE") ?? "/")!, "debian");

    private TempStore _store = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        if (!Directory.Exists(Image))
        {
            Assert.Ignore($"There is no {Image}: build/guest.sh debian makes it.");
        }

        _store = await TempStore.OpenAsync(static options => options.GuestImage = Image);
    }

    [OneTimeTearDown]
    public async Task CloseAsync() => await _store.DisposeAsync();

    [Test]
    public void It_has_at_most_60_MB_with_kernel_and_daemon() =>
        Directory.EnumerateFiles(Image).Sum(static file => new FileInfo(file).Length).Should().BeLessThanOrEqualTo(MostBytes);

    [Test]
    public void The_licence_of_every_package_comes_with_it()
    {
        var licences = File.ReadAllText(Path.Combine(Image, "LICENCES"));
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Image, "manifest.json")));

        var packages = manifest.RootElement.GetProperty("packages").EnumerateArray().Select(static package => package.GetString()!.Split(' ')[0]).ToList();

        packages.Should().HaveCountGreaterThan(30);
        packages.Where(package => !licences.Contains($"======== {package} ========", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Test]
    public async Task Nothing_gives_rights_and_nothing_can_be_written_but_what_is_the_task_s(CancellationToken cancellationToken)
    {
        var result = await _store.Host.RunAsync(
            TestJobs.Shell("find / -xdev -perm /6000 2>/dev/null; find / -xdev ! -type l ! -path '/work*' -writable 2>/dev/null; readlink /var/tmp; ls -A /tmp"),
            cancellationToken: cancellationToken);

        result.StandardOutput.Text().Should().Be("/tmp\n../tmp\n");
    }

    [Test]
    public async Task A_dynamically_linked_Cpp_program_runs_unchanged(CancellationToken cancellationToken)
    {
        var compiler = GuestProgram.RequireCompiler("g++", "clang++");
        var program = _store.Path_("modern");
        await File.WriteAllTextAsync(program + ".cpp", """
            #include <future>
            #include <iostream>
            #include <regex>
            #include <stdexcept>
            int main() {
                auto sum = std::async(std::launch::async, [] { long s = 0; for (int i = 1; i <= 1000; i++) s += i; return s; });
                try { throw std::runtime_error("caught"); } catch (const std::exception &e) { std::cout << e.what() << ' '; }
                std::cout << std::regex_replace(std::string("a1b2"), std::regex("[0-9]"), "#") << ' ' << sum.get() << std::endl;
            }
            """, cancellationToken);
        await GuestProgram.RunOnHostAsync(compiler, "-std=c++17", "-pthread", "-o", program, program + ".cpp");
        (await GuestProgram.RunOnHostAsync("ldd", program)).Should().Contain("libstdc++.so.6");

        var result = await _store.Host.RunAsync(new SandboxJob { Program = "modern", Inputs = [JobFile.FromHost(program, "modern")] }, cancellationToken: cancellationToken);

        result.StandardOutput.Text().Should().Be("caught a#b# 500500\n", result.StandardError.Text());
    }

    /// <summary>As <c>build/guest.sh debian --perl --python</c> makes it: modules of compiled code, too, and not the interpreters alone.</summary>
    [Test]
    [Category("Long")]
    public async Task An_image_with_Perl_and_Python_runs_scripts_in_both(CancellationToken cancellationToken)
    {
        var image = Image + "-perl-python";
        if (!Directory.Exists(image))
        {
            Assert.Ignore($"There is no {image}: build/guest.sh debian --perl --python makes it.");
        }

        await using var store = await TempStore.OpenAsync(options => options.GuestImage = image);
        const string perl = "#!/usr/bin/perl\nuse strict; use warnings; use List::Util qw(sum); use POSIX qw(floor); use JSON::PP;\nprint encode_json([sum(1 .. 10), floor(2.7)]), \"\\n\";\n";
        const string python = "#!/usr/bin/env python3\nimport ctypes, hashlib, json, sqlite3, zlib\nprint(json.dumps([sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()[0], zlib.crc32(b'a'), hashlib.sha256(b'').hexdigest()[:8]]))\n";

        var result = await store.Host.RunAsync(
            TestJobs.Shell("./script.pl && ./script.py") with { Inputs = [JobFile.FromText("script.pl", perl, isExecutable: true), JobFile.FromText("script.py", python, isExecutable: true)] },
            cancellationToken: cancellationToken);

        result.StandardOutput.Text().Should().Be("[55,2]\n[42, 3904355907, \"e3b0c442\"]\n", result.StandardError.Text());
    }

    /// <summary>As <c>build/guest.sh debian --with autodock-vina</c> makes it; it names libraries of its own and of the base.</summary>
    [Test]
    public async Task A_layer_of_packages_brings_a_program_with_its_libraries(CancellationToken cancellationToken)
    {
        var archive = Path.Combine(Path.GetDirectoryName(Image)!, "layers", "autodock-vina.tar.gz");
        if (!File.Exists(archive))
        {
            Assert.Ignore($"There is no {archive}: build/guest.sh debian --with autodock-vina makes it.");
        }

        var layer = await _store.Host.Images.ImportAsync(new LayerImport { Path = archive, Name = "autodock-vina" }, cancellationToken: cancellationToken);

        var result = await _store.Host.RunAsync(TestJobs.Shell("vina --version; ls /usr/share/doc/autodock-vina/copyright") with { Machine = new VmOptions { Layers = [layer.Name] } }, cancellationToken: cancellationToken);

        result.StandardOutput.Text().Should().StartWith("AutoDock Vina").And.EndWith("/usr/share/doc/autodock-vina/copyright\n", result.StandardError.Text());
    }

    [Test]
    public async Task A_script_has_the_shells_tools_zones_and_letters_that_it_expects(CancellationToken cancellationToken)
    {
        const string script = """
            #!/usr/bin/bash
            set -euo pipefail
            declare -A worth=([one]=1 [two]=2); echo "${!worth[@]}" | tr ' ' '\n' | sort | paste -sd,
            printf '%s\n' v1.10 v1.9 | sort -V | head -n 1
            TZ=Europe/Berlin date -d @1700000000 +%H:%M
            printf 'größer\n' | sed 's/ö/oe/' | grep -oP 'r\Koe'
            awk 'BEGIN { printf "%.2f\n", 1 / 3 }'
            tar -c "$0" | gzip -9 | gzip -dc | tar -t
            head -c 100000 /dev/zero | xz | xz -dc | wc -c
            . /etc/os-release; echo "$ID $VERSION_ID"
            """;

        var result = await _store.Host.RunAsync(new SandboxJob { Program = "script.sh", Inputs = [JobFile.FromText("script.sh", script, isExecutable: true)] }, cancellationToken: cancellationToken);

        result.StandardOutput.Text().Should().Be("one,two\nv1.9\n23:13\noe\n0.33\nwork/script.sh\n100000\ndebian 12\n", result.StandardError.Text());
        result.ExitCode.Should().Be(0);
    }
}
