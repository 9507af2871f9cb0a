using ResNet.Torch.Runtime;

namespace ResNet.Torch.Tests.Runtime;

[TestClass]
public class NativeThreadsTests
{
    [TestMethod]
    public void Run_AnyWork_DoesEachPartOnce()
    {
        for (var round = 0; round < 100; round++)
        {
            var done = new int[1000];
            NativeThreads.Run((part, parts) =>
            {
                var (from, to) = NativeThreads.Share(done.Length, part, parts);
                for (var i = from; i < to; i++)
                    Interlocked.Increment(ref done[i]);
            });

            Assert.IsTrue(done.All(times => times == 1));
        }
    }
}
