/** The agent's place of work. */
export default function DeskPage() {
  return null;
}
