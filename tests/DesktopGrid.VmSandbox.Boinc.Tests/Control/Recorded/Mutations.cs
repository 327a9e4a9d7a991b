using System.Diagnostics;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;

/// <summary>Damages a good text in every way that a seed thinks of, and demands that a reader answers or refuses in our own words.</summary>
internal static class Mutations
{
    private const int Rounds = 400;
    private static readonly byte[][] Words = [.. new[] { "<", ">", "&", "</project>", "<app_version>", "<![CDATA[", "]]>", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "&a;", "\0", "<file_ref>", "..", "/", "1e999", "-1", "{", "\"", "[", "null", "true" }.Select(static word => System.Text.Encoding.ASCII.GetBytes(word))];

    /// <summary>Wide bounds of one reading, by which what grows without end is told from a computer that is busy. Memory is that of the reader's own thread.</summary>
    private const long MostBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(10);

    public static void Demand(byte[] good, Action<byte[]> read)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var bytes = Damage(good, new Random(seed));
            var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
            try
            {
                read(bytes);
            }
            catch (BoincException e)
            {
                e.Sentence.Should().NotContain("\n", $"seed {seed} is refused in one sentence");
            }
            catch (Exception e)
            {
                throw new AssertionException($"Seed {seed} ended in {e}");
            }

            clock.Elapsed.Should().BeLessThan(MostTime, $"seed {seed} has an end");
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(MostBytes, $"seed {seed} takes what its length allows");
        }
    }

    private static byte[] Damage(byte[] good, Random random)
    {
        var bytes = new List<byte>(good);
        for (var changes = random.Next(1, 6); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 200), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Words[random.Next(Words.Length)]);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 400), bytes.Count - at)));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 64)));
                    break;
            }
        }

        return [.. bytes];
    }
}
