using ResNet.Torch.Runtime;

namespace ResNet.Torch.Tests.Runtime;

[TestClass]
public class NativeThreadsTests
{
    static readonly int[] done = new int[1000];

    readonly record struct Counting(int Step) : IParallelWork
    {
        public void Do(int part, int parts)
        {
            var (from, to) = NativeThreads.Share(done.Length, part, parts);
            for (var i = from; i < to; i++)
                Interlocked.Add(ref done[i], Step);
        }
    }

    [TestMethod]
    public void Run_AnyWork_DoesEachPartOnce()
    {
        for (var round = 1; round <= 100; round++)
        {
            Array.Clear(done);
            NativeThreads.Run(new Counting(round));

            Assert.IsTrue(done.All(sum => sum == round));
        }
    }
}
