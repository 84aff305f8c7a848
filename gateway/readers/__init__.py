"""Reading messages in processes of their own, where a hostile one harms nobody.

wire      how a batch travels to a reader and back
child     what a reader does: translate, then the stages that need only the message, under limits of memory and processor time
photos    the renditions of pictures, each made in a process of its own
zygote    the process that readers are forked from, so that a new one is there in milliseconds
pool      the readers of one gateway, as its event loop sees them
"""
